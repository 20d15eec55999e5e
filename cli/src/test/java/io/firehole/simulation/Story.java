package io.firehole.simulation;

import com.google.protobuf.TextFormat;
import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.Monitor;
import io.firehole.pool.PoolConfig;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Who asks what and when, under which rules. All of it is data, so that it can be made smaller.
 *
 * @param seed of all that is left to chance: delays, how updates arrive in pieces, which slots are skipped
 * @param room whether the rules leave room for everybody
 * @param rules of the provider, by the keys of {@link ProviderProfile}; what is not there is not limited
 * @param pool how the pool is set up
 * @param parts the monitors
 */
record Story(long seed, Room room, Map<String, String> rules, PoolRules pool, List<Part> parts) {

    /** How much a provider's rules leave. */
    enum Room {
        /** No rule at all. */
        OPEN,
        /** Rules that nobody here should come near. */
        ROOMY,
        /** Any rules. */
        TIGHT
    }

    /**
     * How the pool is set up.
     *
     * @param linger how long a filter stays that nobody wants
     */
    record PoolRules(int maxConnections, Duration linger, double wideningMax, boolean vetting) {

        PoolConfig config(ProviderProfile profile) {
            return PoolConfig.DEFAULT
                    .withProfile(profile)
                    .withMaxConnections(maxConnections)
                    .withLinger(linger)
                    .withWideningMax(wideningMax)
                    .withVetting(vetting);
        }
    }

    /**
     * One monitor.
     *
     * @param acts what it does, in order
     */
    record Part(Monitor monitor, List<Act> acts) {}

    /** What a monitor does, and when. */
    sealed interface Act {
        int atMillis();

        /** It asks for other filters than before; the first time it joins. */
        record Ask(int atMillis, SubscribeRequest request) implements Act {}

        /** It closes its stream. */
        record Leave(int atMillis) implements Act {}
    }

    Story {
        rules = Map.copyOf(rules);
        parts = List.copyOf(parts);
    }

    Story with(List<Part> others) {
        return new Story(seed, room, rules, pool, others);
    }

    Story withRules(Map<String, String> others) {
        return new Story(seed, room, others, pool, parts);
    }

    ProviderProfile profile() {
        return Profiles.named("open").with(rules);
    }

    /** When the last of them does the last thing. */
    int lastMillis() {
        return parts.stream()
                .flatMap(part -> part.acts().stream())
                .mapToInt(Act::atMillis)
                .max()
                .orElse(0);
    }

    /** In words and in the form in which requests are written down. */
    String told() {
        StringBuilder text = new StringBuilder("seed " + seed + ", " + room + ", rules " + rules + ", " + pool + "\n");
        for (Part part : parts) {
            text.append(part.monitor()).append('\n');
            for (Act act : part.acts()) {
                text.append("  at ").append(act.atMillis()).append(" ms: ");
                switch (act) {
                    case Act.Ask ask ->
                        text.append("asks ")
                                .append(TextFormat.printer()
                                        .emittingSingleLine(true)
                                        .printToString(ask.request()));
                    case Act.Leave leave -> text.append("leaves");
                }
                text.append('\n');
            }
        }
        return text.toString();
    }
}
