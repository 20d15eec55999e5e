package io.firehole.console;

import io.firehole.console.api.Drainable;
import io.firehole.console.api.MetricsHistory;
import io.firehole.console.api.PermitForecast;
import io.firehole.console.api.ShownSetting;
import java.util.List;
import java.util.Optional;

/**
 * What a console tells of, beside the pool. {@link #NONE} is nothing.
 *
 * @param program what it can bring to an end; empty if nothing
 * @param history where figures of the past are kept; empty if nowhere
 * @param forecast what happens to the budget if connections are lost; empty if nobody knows
 * @param settings the configuration, in the order in which a person reads it, without secrets
 */
public record Surroundings(
        Optional<Drainable> program,
        Optional<MetricsHistory> history,
        Optional<PermitForecast> forecast,
        List<ShownSetting> settings) {

    /** Nothing. */
    public static final Surroundings NONE =
            new Surroundings(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    public Surroundings {
        settings = List.copyOf(settings);
    }

    /** These with a program that can be brought to an end. */
    public Surroundings withProgram(Drainable one) {
        return new Surroundings(Optional.of(one), history, forecast, settings);
    }

    /** These with a history. */
    public Surroundings withHistory(MetricsHistory kept) {
        return new Surroundings(program, Optional.of(kept), forecast, settings);
    }

    /** These with a forecast. */
    public Surroundings withForecast(PermitForecast known) {
        return new Surroundings(program, history, Optional.of(known), settings);
    }

    /** These with a configuration. */
    public Surroundings withSettings(List<ShownSetting> shown) {
        return new Surroundings(program, history, forecast, shown);
    }
}
