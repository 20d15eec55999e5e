package io.firehole.console.api;

import io.firehole.pool.budget.Forecast;
import io.firehole.pool.budget.PermitClass;
import java.util.Map;

/** Says what happens if connections are lost. Any thread; does not wait. */
@FunctionalInterface
public interface PermitForecast {

    /**
     * What happens if that many connections of each class drop now.
     *
     * @param dropping how many, by class; classes left out are none
     */
    Forecast ifDropped(Map<PermitClass, Integer> dropping);
}
