package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.simulation.FaultPerformance.Outcome;
import io.firehole.simulation.FaultPerformance.Service;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.Story.PoolRules;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The seven example monitors with what they really ask, for a day in which something goes wrong every quarter of an hour; in virtual
 * time, on slots of a few transactions each and twice as long as mainnet's. An hour on a developer's machine.
 */
class DayTest {

    private static final Duration DAY =
            Duration.ofMinutes(Long.getLong("firehole.day-minutes", System.getenv("CI") == null ? 60 : 24 * 60));

    /** Slots take twice as long as on mainnet: of a day there would be too many for a minute or two. */
    private static final double SPEED = 0.5;

    private static final int MINUTES_BETWEEN = 15;

    /** What goes wrong every day at a provider, and leaves it able to replay. */
    private static final List<Trouble.Kind> TROUBLES = List.of(
            Trouble.Kind.RESET,
            Trouble.Kind.CLOSED,
            Trouble.Kind.GO_AWAY,
            Trouble.Kind.CALL_ENDED,
            Trouble.Kind.CALL_RESET,
            Trouble.Kind.CALL_RESET,
            Trouble.Kind.HALF_OPEN,
            Trouble.Kind.STALL,
            Trouble.Kind.OUTAGE,
            Trouble.Kind.REPLAY_BREAKS,
            Trouble.Kind.DEAD_SLOT);

    private static final int LASTS_MILLIS_MAX = 10_000;

    @Test
    void servesTheSevenMonitorsThroughADayOfFaults() throws InvalidFilterException {
        List<Part> parts = new ArrayList<>();
        List<FilterSet> filters = new ArrayList<>();
        for (ExampleMonitor monitor : Monitors.all()) {
            SubscribeRequest request = monitor.request();
            filters.add(FilterSet.compile(request, FilterLimits.UNLIMITED));
            Group group = Group.valueOf(monitor.frequency().toUpperCase(Locale.ROOT));
            parts.add(new Part(
                    new Monitor(monitor.id(), group), List.of(new Act.Ask(100 * (parts.size() + 1), request))));
        }
        FaultStory story = new FaultStory(
                1,
                new FaultStory.Nature(150, 16, 100, 5, 2_000, BudgetRule.DEFAULT),
                new PoolRules(15, Duration.ofSeconds(30), 10, true),
                parts,
                troubles(new Random(1)));
        long begun = System.nanoTime();
        List<Service> services = new ArrayList<>();

        Outcome outcome = FaultPerformance.ofALongOne(story, SmallBlock.wantedBy(filters), SPEED, services::add);

        System.out.printf(
                Locale.ROOT,
                "%d minutes with %d faults in %.0f s; never more than the limit of %s new connections in %s%n",
                outcome.seconds() / 60,
                story.troubles().size(),
                (System.nanoTime() - begun) / 1e9,
                story.provider().connects().max(),
                story.provider().connects().per());
        for (Service service : services) {
            System.out.printf(
                    Locale.ROOT,
                    "%-28s up %.3f %%, and behind for %.1f s while the provider was away; %d updates, gaps %s%n",
                    service.monitor(),
                    service.uptime(),
                    service.away() * Sights.EVERY.toMillis() / 1e3,
                    service.updates(),
                    service.gaps());
        }
        assertThat(outcome.faults()).isEmpty();
        assertThat(services).hasSameSizeAs(parts).allSatisfy(service -> {
            assertThat(service.uptime()).as(service.monitor()).isGreaterThanOrEqualTo(99.9);
            assertThat(service.updates()).as(service.monitor()).isGreaterThan(DAY.toSeconds() / 2);
            assertThat(service.gaps().keySet()).as(service.monitor()).isSubsetOf(Gap.Cause.NOT_REPLAYABLE);
        });
    }

    private static List<Trouble> troubles(Random random) {
        List<Trouble> troubles = new ArrayList<>();
        int every = (int) Duration.ofMinutes(MINUTES_BETWEEN).toMillis();
        for (int from = 0; from <= DAY.toMillis(); from += every) {
            Trouble.Kind kind = TROUBLES.get(random.nextInt(TROUBLES.size()));
            int lasts = 100 + random.nextInt(kind == Trouble.Kind.STALL ? 3_000 : LASTS_MILLIS_MAX);
            troubles.add(new Trouble(from + random.nextInt(every), kind, lasts, random.nextInt(1_000)));
        }
        return troubles;
    }
}
