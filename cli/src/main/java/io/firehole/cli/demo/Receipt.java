package io.firehole.cli.demo;

import io.firehole.filters.tally.Identifier;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * One update under one filter name.
 *
 * @param name the monitor's own filter; empty also for an update that came without any name
 * @param id what tells it from every other update of its kind, as data/README.md defines it
 */
record Receipt(UpdateKind kind, String name, String id) {

    /**
     * What one update brought: a receipt for each of its names.
     *
     * @param slot the slot it belongs to
     * @param begins whether its coming shows that the slot is being sent, and is not a later word about it
     */
    record Delivery(long slot, boolean begins, List<Receipt> receipts) {}

    /** The receipts of an update with data; none for ping and pong. */
    static Delivery of(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> {
                SubscribeUpdateAccount account = update.getAccount();
                String id = Identifier.account(
                        account.getAccount().getPubkey(), account.getAccount().getWriteVersion());
                yield delivery(update, UpdateKind.ACCOUNT, account.getSlot(), true, id);
            }
            case TRANSACTION -> {
                SubscribeUpdateTransaction transaction = update.getTransaction();
                String id = Identifier.transaction(transaction.getTransaction().getSignature());
                yield delivery(update, UpdateKind.TRANSACTION, transaction.getSlot(), true, id);
            }
            case TRANSACTION_STATUS -> {
                SubscribeUpdateTransactionStatus status = update.getTransactionStatus();
                String id = Identifier.transaction(status.getSignature());
                yield delivery(update, UpdateKind.TRANSACTION_STATUS, status.getSlot(), true, id);
            }
            case ENTRY -> {
                SubscribeUpdateEntry entry = update.getEntry();
                String id = Identifier.entry(entry.getSlot(), entry.getIndex());
                yield delivery(update, UpdateKind.ENTRY, entry.getSlot(), true, id);
            }
            case BLOCK -> {
                SubscribeUpdateBlock block = update.getBlock();
                String name = update.getFiltersCount() == 0 ? "" : update.getFilters(0);
                String id = Identifier.block(block.getSlot(), block.getBlockhash(), name);
                yield delivery(update, UpdateKind.BLOCK, block.getSlot(), true, id);
            }
            case BLOCK_META -> {
                SubscribeUpdateBlockMeta meta = update.getBlockMeta();
                String id = Identifier.blockMeta(meta.getSlot(), meta.getBlockhash());
                yield delivery(update, UpdateKind.BLOCK_META, meta.getSlot(), true, id);
            }
            case SLOT -> {
                SubscribeUpdateSlot slot = update.getSlot();
                String id = Identifier.slot(slot.getSlot(), slot.getStatus());
                yield delivery(update, UpdateKind.SLOT, slot.getSlot(), false, id);
            }
            case PING, PONG, UPDATEONEOF_NOT_SET -> new Delivery(0, false, List.of());
        };
    }

    private static Delivery delivery(SubscribeUpdate update, UpdateKind kind, long slot, boolean begins, String id) {
        if (update.getFiltersCount() == 0) {
            return new Delivery(slot, begins, List.of(new Receipt(kind, "", id)));
        }
        List<Receipt> receipts = new ArrayList<>(update.getFiltersCount());
        for (String name : update.getFiltersList()) {
            receipts.add(new Receipt(kind, name, id));
        }
        return new Delivery(slot, begins, receipts);
    }
}
