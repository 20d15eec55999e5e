package io.firehole.examples;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.pumpfun.GraduationMonitor;
import io.firehole.examples.pumpfun.PumpFunAccountMonitor;
import io.firehole.examples.pumpfun.PumpFunMintMonitor;
import io.firehole.examples.pumpfun.PumpFunPriceMonitor;
import io.firehole.examples.pumpfun.PumpFunTransactionMonitor;
import io.firehole.examples.raydium.RaydiumAccountMonitor;
import io.firehole.examples.raydium.RaydiumMintMonitor;
import io.firehole.examples.venue.VenueMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The seven monitors, and more. */
public final class Monitors {

    private Monitors() {}

    /** A fresh one of each. */
    public static List<ExampleMonitor> all() {
        return List.of(
                new PumpFunPriceMonitor(),
                new PumpFunTransactionMonitor(),
                new PumpFunMintMonitor(),
                new RaydiumMintMonitor(),
                new GraduationMonitor(),
                new PumpFunAccountMonitor(),
                new RaydiumAccountMonitor());
    }

    /**
     * So many of them: the seven first, then monitors of one venue each.
     *
     * @param count at least 1
     */
    public static List<ExampleMonitor> fleet(int count) {
        List<ExampleMonitor> fleet = new ArrayList<>(all().subList(0, Math.min(count, all().size())));
        while (fleet.size() < count) {
            fleet.add(new VenueMonitor(fleet.size() + 1));
        }
        return List.copyOf(fleet);
    }

    /** A fresh one of that id. */
    public static Optional<ExampleMonitor> named(String id) {
        return all().stream().filter(monitor -> monitor.id().equals(id)).findFirst();
    }
}
