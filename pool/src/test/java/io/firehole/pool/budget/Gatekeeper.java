package io.firehole.pool.budget;

import io.firehole.pool.time.Timers;
import io.firehole.pool.time.VirtualTime;
import java.util.Random;
import java.util.function.Consumer;

/** Something that decides when one may connect. One thread, virtual time. */
interface Gatekeeper {

    /** Calls back when one may connect. */
    void ask(Consumer<Leave> granted);

    /** The provider has spoken of a limit. */
    default void refused() {}

    /** Leave to connect once. */
    interface Leave {

        /** Whether it may still be used. */
        default boolean fresh() {
            return true;
        }

        /** Until when an attempt that begins now may last. */
        default long deadlineInNanos() {
            return ConnectionBudget.ATTEMPT_DEADLINE.toNanos();
        }

        /** The system call was made. */
        default void attempted() {}

        /** There is proof that the provider has counted. */
        default void settle() {}

        /** Given up without proof. */
        default void abandoned() {}

        /** The connection works. */
        default void served() {}

        /** The connection is closed. */
        default void gone() {}
    }

    /** How to make one for each process of those that share an allowance. */
    interface Kind {
        Birth in(BudgetRule rule, VirtualTime time, Random random);
    }

    /** A process starts. */
    interface Birth {
        Gatekeeper process(Timers timers);
    }
}
