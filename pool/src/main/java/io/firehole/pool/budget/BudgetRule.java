package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What a provider allows: at most so many attempts in any window of that length.
 *
 * @param max how many; at least 1
 * @param per the length of the window, from a millisecond to a day
 * @param counts which attempts
 * @param algorithm how it is kept
 * @param scope whose attempts are counted together: {@link #TOKEN}, {@link #ENDPOINT}, or a name of one's own
 */
public record BudgetRule(int max, Duration per, Counts counts, Algorithm algorithm, String scope) {

    /** What a provider counts. */
    public enum Counts {
        /** New TCP connections. */
        CONNECTS,
        /** New {@code Subscribe} calls. */
        SUBSCRIBES,
        /** Both, together. */
        BOTH;

        /** Whether an attempt of that kind counts. */
        public boolean has(AttemptKind kind) {
            return switch (this) {
                case CONNECTS -> kind == AttemptKind.CONNECT;
                case SUBSCRIBES -> kind == AttemptKind.SUBSCRIBE;
                case BOTH -> true;
            };
        }
    }

    /** How a rule is kept. */
    public enum Algorithm {
        /** Never more than {@code max} in any window, wherever it begins. */
        INTERVAL_LOG,
        /** {@code max} tokens, refilled evenly: up to twice as many in an unlucky window. */
        TOKEN_BUCKET
    }

    /** The scope of those who use the same token at the same endpoint. */
    public static final String TOKEN = "token";

    /** The scope of all who connect to the same endpoint from here, whatever their token. */
    public static final String ENDPOINT = "endpoint";

    /** Every entry is kept for a window and looked at for every grant: more than this is no connection budget. */
    public static final int MAX_LIMIT = 10_000;

    private static final Pattern SCOPE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Duration PER_MIN = Duration.ofMillis(1);
    private static final Duration PER_MAX = Duration.ofDays(1);

    /** What the first providers we met allow: 60 new connections in 60 seconds. (Below the bounds it is checked against.) */
    public static final BudgetRule DEFAULT = new BudgetRule(60, Duration.ofSeconds(60));

    /** A rule for new connections with one token, kept exactly. */
    public BudgetRule(int max, Duration per) {
        this(max, per, Counts.CONNECTS, Algorithm.INTERVAL_LOG, TOKEN);
    }

    public BudgetRule {
        if (max < 1 || max > MAX_LIMIT) {
            throw new IllegalArgumentException("budget: max must be from 1 to " + MAX_LIMIT + ", was " + max);
        }
        if (per.compareTo(PER_MIN) < 0 || per.compareTo(PER_MAX) > 0) {
            throw new IllegalArgumentException("budget: per must be from 1 ms to 1 day, was " + per);
        }
        if (!SCOPE.matcher(scope).matches()) {
            throw new IllegalArgumentException("budget: scope must be " + TOKEN + ", " + ENDPOINT
                    + " or a name of at most 63 lower-case letters, digits and dashes, was \"" + scope + "\"");
        }
    }
}
