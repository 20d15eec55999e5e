package io.firehole.cli.pilot;

import com.google.protobuf.Timestamp;
import io.firehole.filters.Base58;
import io.firehole.filters.tally.Identifier;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An update as one way showed it.
 *
 * @param kind which update it is, as its field is called
 * @param slot its slot
 * @param identity what tells it from others of its kind and slot
 * @param names the filter names, sorted
 * @param print of all its bytes, as far as two subscribers must get the same ones
 */
record Sighting(String kind, long slot, String identity, String names, Print print) {

    /** 128 bits of a hash, by which equal updates are known. */
    record Print(long high, long low) {}

    /** Where an update may differ on two connections though it is the same. */
    enum Nodes {
        /** Both connections lead to one server: only statuses, which it stamps when it sends them, may. */
        ONE,
        /** They may lead to different servers, each of which stamps and numbers for itself. */
        SEVERAL
    }

    /** Of an update with data; empty for ping and pong. */
    static Optional<Sighting> of(SubscribeUpdate update, Nodes nodes) {
        return switch (update.getUpdateOneofCase()) {
            case PING, PONG, UPDATEONEOF_NOT_SET -> Optional.empty();
            case ACCOUNT -> {
                SubscribeUpdateAccountInfo account = update.getAccount().getAccount();
                String signature = account.hasTxnSignature()
                        ? base58(account.getTxnSignature().toByteArray())
                        : Long.toUnsignedString(account.getWriteVersion());
                yield sighting(
                        update,
                        nodes,
                        update.getAccount().getSlot(),
                        base58(account.getPubkey().toByteArray()) + " by " + signature);
            }
            case SLOT ->
                sighting(
                        update,
                        nodes,
                        update.getSlot().getSlot(),
                        Identifier.status(update.getSlot().getStatus()));
            case TRANSACTION ->
                sighting(
                        update,
                        nodes,
                        update.getTransaction().getSlot(),
                        base58(update.getTransaction()
                                .getTransaction()
                                .getSignature()
                                .toByteArray()));
            case TRANSACTION_STATUS ->
                sighting(
                        update,
                        nodes,
                        update.getTransactionStatus().getSlot(),
                        base58(update.getTransactionStatus().getSignature().toByteArray()));
            case ENTRY ->
                sighting(
                        update,
                        nodes,
                        update.getEntry().getSlot(),
                        "entry " + update.getEntry().getIndex());
            case BLOCK ->
                sighting(
                        update,
                        nodes,
                        update.getBlock().getSlot(),
                        update.getBlock().getBlockhash() + " for " + String.join(", ", update.getFiltersList()));
            case BLOCK_META ->
                sighting(
                        update,
                        nodes,
                        update.getBlockMeta().getSlot(),
                        update.getBlockMeta().getBlockhash());
        };
    }

    private static Optional<Sighting> sighting(SubscribeUpdate update, Nodes nodes, long slot, String identity) {
        List<String> names = update.getFiltersList().stream().sorted().toList();
        SubscribeUpdate.Builder same = update.toBuilder().clearFilters().addAllFilters(names);
        if (nodes == Nodes.SEVERAL || update.hasSlot()) {
            same.setCreatedAt(Timestamp.getDefaultInstance());
        }
        if (nodes == Nodes.SEVERAL && update.hasAccount()) {
            same.getAccountBuilder().getAccountBuilder().clearWriteVersion();
        }
        return Optional.of(new Sighting(
                update.getUpdateOneofCase().name().toLowerCase(Locale.ROOT),
                slot,
                identity,
                String.join(", ", names),
                print(same.build().toByteArray())));
    }

    private static Print print(byte[] bytes) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
            return new Print(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String base58(byte[] bytes) {
        return bytes.length == 0 ? "none" : Base58.encode(bytes);
    }
}
