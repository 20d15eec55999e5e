package io.firehole.pool.planning;

import io.firehole.pool.merging.Packing;
import java.util.List;

/** Where a monitor belongs, and why. Immutable. */
public sealed interface Decision {

    /** Why, in words for a person; a sentence without its full stop. */
    String why();

    /**
     * On a stream that is there.
     *
     * @param fit how its filters travel there
     */
    record Join(long connection, long stream, Packing.Fit fit, String why) implements Decision {}

    /** On a new stream of a connection that is there. */
    record OpenStream(long connection, String why) implements Decision {}

    /** On a new stream of a new connection. */
    record OpenConnection(String why) implements Decision {}

    /**
     * Nowhere yet: when a stream is given up there is room.
     *
     * @param givenUp that stream
     * @param moves where those on it go; empty if nobody is
     */
    record Rearrange(long givenUp, List<Move> moves, String why) implements Decision {
        public Rearrange {
            moves = List.copyOf(moves);
        }
    }

    /**
     * Nowhere: the rules leave no room for it.
     *
     * @param rule the rule that says so, as configuration names it
     */
    record Refuse(String rule, String why) implements Decision {}

    /** That one monitor goes to another stream. */
    record Move(Wish wish, long fromStream, long toStream) {}
}
