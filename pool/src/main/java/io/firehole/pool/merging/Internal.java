package io.firehole.pool.merging;

import io.firehole.pool.routing.LocalMatch;
import io.firehole.pool.routing.Route;
import io.firehole.pool.routing.Target;
import io.firehole.pool.routing.UnionCounts;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An internal filter that serves monitors as well, because the provider allows none besides it. It asks for everything of
 * its kind, so that any filter of that kind can be matched against what comes for it. Control thread.
 *
 * <p>Once it does so it goes on doing so for as long as there is the call.
 */
final class Internal {

    private static final int NO_NUMBER = -1;

    private final CommitmentLevel commitment;
    private final UnionCounts counts = new UnionCounts();
    private final List<Ask> served = new ArrayList<>();

    /** From which request on; {@link Ask#UNSENT} if it serves nobody on the present call. */
    private int since = Ask.UNSENT;

    private @Nullable LocalMatch match;

    Internal(CommitmentLevel commitment) {
        this.commitment = commitment;
    }

    /** Serves these from that request on, unless it does already. */
    void serve(List<Ask> asks, int request) {
        if (!asks.isEmpty() && since == Ask.UNSENT) {
            since = request;
        }
        served.removeIf(ask -> ask.users == 0);
        asks.stream().filter(ask -> !served.contains(ask)).forEach(served::add);
        rematch();
    }

    /** Whether updates for that one come by it. */
    boolean serves(Ask ask) {
        return isServing() && served.contains(ask);
    }

    boolean isServing() {
        return since != Ask.UNSENT;
    }

    /** Whether it serves that one, or could at once, when those are to be served by it. */
    boolean wouldServe(Ask ask, List<Filter> byInternal) {
        return since != Ask.UNSENT && byInternal.contains(ask.filter);
    }

    /** Serves one more, for which nothing has to be asked. Gives the request since when it could. */
    int alsoServe(Ask ask) {
        if (!served.contains(ask)) {
            served.add(ask);
            rematch();
        }
        return since;
    }

    void restart() {
        since = Ask.UNSENT;
        served.clear();
        match = null;
    }

    private void rematch() {
        match = served.isEmpty()
                ? null
                : LocalMatch.of(
                        commitment,
                        served.stream()
                                .<BiConsumer<SubscribeRequest.Builder, String>>map(ask -> ask.filter::put)
                                .toList());
    }

    /** Where updates go that come for it; null if it serves nobody. */
    @Nullable
    Route route(Function<Ask, List<Target>> targets) {
        return match == null
                ? null
                : new Route(
                        NO_NUMBER, since, match, served.stream().map(targets).toList(), counts);
    }
}
