package io.firehole.pool;

import io.firehole.pool.routing.Checkpoint;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.Router;

/** What broke off, and how far it had come. Control thread. */
sealed interface Interruption {

    /** Why, in words for a person. */
    String cause();

    /** When it did, by the pool's clock. */
    long atNanos();

    /** Whether nothing comes of it any more. */
    boolean isOver();

    /** How far it had come; only when {@link #isOver}. */
    Checkpoint checkpoint();

    /** A call that served its monitors. */
    record OfCall(Call<?> call, String cause, long atNanos) implements Interruption {
        @Override
        public boolean isOver() {
            return call.end() != null;
        }

        @Override
        public Checkpoint checkpoint() {
            Router router = call.router();
            router.checkpoint().tellAll(router.slots());
            return router.checkpoint();
        }
    }

    /**
     * Nothing: somebody asks for a replay.
     *
     * @param atNanos when that was
     */
    record OfNothing(long atNanos) implements Interruption {
        @Override
        public String cause() {
            return "a replay was asked for";
        }

        @Override
        public boolean isOver() {
            return true;
        }

        @Override
        public Checkpoint checkpoint() {
            return Checkpoint.startingAt(0);
        }
    }

    /**
     * A call whose monitors were on their way to another.
     *
     * @param handover by which; over, be it cancelled
     */
    record OfHandover(Call<?> call, Handover handover, String cause, long atNanos) implements Interruption {
        @Override
        public boolean isOver() {
            return call.end() != null;
        }

        @Override
        public Checkpoint checkpoint() {
            Router router = call.router();
            handover.leave(router.checkpoint(), router.slots());
            return router.checkpoint();
        }
    }

    /** A call whose monitors were still getting what they missed before. */
    record OfRecovery(Recovery recovery, Call<?> live, String cause, long atNanos) implements Interruption {
        @Override
        public boolean isOver() {
            return live.end() != null && recovery.isOver();
        }

        @Override
        public Checkpoint checkpoint() {
            if (!recovery.catchUp().isComplete()) {
                return recovery.checkpoint();
            }
            Router router = live.router();
            router.checkpoint().tellAll(router.slots());
            return router.checkpoint();
        }
    }
}
