package io.firehole.pool;

import io.firehole.wire.GrpcStatus;
import java.util.Locale;
import java.util.Optional;

/** What becomes of a monitor's stream when it has a gap. */
public enum GapPolicy {
    /** It goes on. The gap is recorded, and whoever wants to know asks for it. */
    GO_ON,
    /** It ends with UNAVAILABLE and the range of slots, so that the monitor itself decides. */
    END_STREAM;

    /** The word used in configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The policy of that word; empty for any other word. */
    public static Optional<GapPolicy> of(String word) {
        for (GapPolicy policy : values()) {
            if (policy.word().equals(word)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }

    /** How a stream ends because of a gap. */
    static GrpcStatus end(Gap gap) {
        return GrpcStatus.Code.UNAVAILABLE.with(
                "missing: " + gap.told() + "; the policy of monitor " + gap.monitor() + " is " + END_STREAM.word());
    }
}
