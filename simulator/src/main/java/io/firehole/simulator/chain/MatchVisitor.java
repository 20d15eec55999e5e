package io.firehole.simulator.chain;

import io.firehole.simulator.chain.RingEvent.Status;

/** What {@link Matches} finds in an event, in order. Each method says whether to go on behind this one. */
interface MatchVisitor {
    boolean account(NameList names, int account);

    boolean transaction(NameList names, int transaction);

    boolean transactionStatus(NameList names, int transaction);

    boolean entry(NameList names, int entry);

    boolean slot(NameList names, Status event);

    boolean blockMeta(NameList names);

    boolean block(BlockShape shape);
}
