package io.firehole.simulator.chain;

import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.UpdateKind;
import org.jspecify.annotations.Nullable;

/** Turns what an event sends into messages. For one event, on one thread. */
final class UpdateEncoder implements MatchVisitor {
    private final RingEvent event;
    private final Slots slots;
    private final BlockTemplate template;
    private final AccountCut cut;
    private final UpdateSink sink;
    private final byte[] createdAt;
    private @Nullable SlotContent content;

    UpdateEncoder(RingEvent event, Slots slots, AccountCut cut, UpdateSink sink) {
        this.event = event;
        this.slots = slots;
        this.template = slots.templates().block;
        this.cut = cut;
        this.sink = sink;
        this.createdAt = CreatedAt.ofUpdate(event.createdAt());
    }

    /** Only when something of it is wanted. */
    private SlotContent content() {
        SlotContent made = content;
        if (made == null) {
            made = slots.contents().of(event.slot());
            content = made;
        }
        return made;
    }

    @Override
    public boolean account(NameList names, int account) {
        if (cut.isWhole()) {
            return copy(UpdateKind.ACCOUNT, names, content().block, template.accountAt, account);
        }
        return whole(UpdateKind.ACCOUNT, names, cut.payload(content(), account));
    }

    @Override
    public boolean transaction(NameList names, int transaction) {
        return copy(UpdateKind.TRANSACTION, names, content().block, template.transactionAt, transaction);
    }

    @Override
    public boolean transactionStatus(NameList names, int transaction) {
        return copy(UpdateKind.TRANSACTION_STATUS, names, content().block, template.statusAt, transaction);
    }

    @Override
    public boolean entry(NameList names, int entry) {
        return copy(UpdateKind.ENTRY, names, content().entryBytes, content().entries.entryAt, entry);
    }

    @Override
    public boolean slot(NameList names, Status status) {
        return whole(UpdateKind.SLOT, names, SealedBlock.status(status));
    }

    @Override
    public boolean blockMeta(NameList names) {
        return whole(UpdateKind.BLOCK_META, names, sealedBlock().meta());
    }

    @Override
    public boolean block(BlockShape shape) {
        return whole(UpdateKind.BLOCK, shape.names, sealedBlock().block(content(), shape, cut));
    }

    private SealedBlock sealedBlock() {
        return new SealedBlock(slots, event.slot());
    }

    private boolean copy(UpdateKind kind, NameList names, byte[] payloads, int[] at, int index) {
        return sink.update(kind, names.encoded(), payloads, at[index], at[index + 1] - at[index], createdAt);
    }

    private boolean whole(UpdateKind kind, NameList names, byte[] payload) {
        return sink.update(kind, names.encoded(), payload, 0, payload.length, createdAt);
    }
}
