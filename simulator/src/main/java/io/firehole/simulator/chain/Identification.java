package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.filters.tally.Identifier;
import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.UpdateKind;

/** Names what an event sends. For one event, on one thread. */
final class Identification implements MatchVisitor {
    private final long slot;
    private final Slots slots;
    private final IdentifierSink sink;

    Identification(RingEvent event, Slots slots, IdentifierSink sink) {
        this.slot = event.slot();
        this.slots = slots;
        this.sink = sink;
    }

    @Override
    public boolean account(NameList names, int account) {
        ByteString pubkey = slots.templates().facts.pubkeys().get(account);
        long writeVersion = slots.derivation().writeVersion(slot, account);
        return found(UpdateKind.ACCOUNT, names, Identifier.account(pubkey, writeVersion));
    }

    @Override
    public boolean transaction(NameList names, int transaction) {
        return found(UpdateKind.TRANSACTION, names, signature(transaction));
    }

    @Override
    public boolean transactionStatus(NameList names, int transaction) {
        return found(UpdateKind.TRANSACTION_STATUS, names, signature(transaction));
    }

    private String signature(int transaction) {
        return Identifier.transaction(ByteString.copyFrom(slots.derivation().signature(slot, transaction)));
    }

    @Override
    public boolean entry(NameList names, int entry) {
        return found(UpdateKind.ENTRY, names, Identifier.entry(slot, entry));
    }

    @Override
    public boolean slot(NameList names, Status status) {
        return found(UpdateKind.SLOT, names, Identifier.slot(slot, status.status()));
    }

    @Override
    public boolean blockMeta(NameList names) {
        return found(
                UpdateKind.BLOCK_META,
                names,
                Identifier.blockMeta(slot, slots.derivation().blockhashText(slot)));
    }

    @Override
    public boolean block(BlockShape shape) {
        return found(
                UpdateKind.BLOCK,
                shape.names,
                Identifier.block(slot, slots.derivation().blockhashText(slot), shape.name));
    }

    private boolean found(UpdateKind kind, NameList names, String id) {
        sink.identified(kind, names.names(), id);
        return true;
    }
}
