package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import io.firehole.wire.proto.storage.Transaction;

/**
 * The played block's transactions, their statuses and account updates: all payloads in one run of bytes, and the places
 * in it where a slot's own values go.
 *
 * <p>What is patched: {@code slot} everywhere; a transaction's signature in {@code info.signature}, {@code
 * transaction.signatures[0]}, its status and the {@code txn_signature} of its account updates; {@code write_version}.
 * All of these keep their length, so a slot is one copy and some thousand small writes. Every other field is as
 * recorded.
 */
final class BlockTemplate {
    static final int SIGNATURE_BYTES = 64;

    /** Write versions run from 2^42 to 2^49: all of them take seven bytes. */
    static final int WRITE_VERSION_BYTES = 7;

    static final long WRITE_VERSION_MIN = 1L << 42;

    private static final ByteString SIGNATURE_PLACEHOLDER = ByteString.copyFrom(new byte[SIGNATURE_BYTES]);

    /** All payloads: accounts, then transactions, then statuses. */
    final byte[] bytes;

    final int transactions;
    final int accounts;

    /** Where the payloads lie: number i from {@code [i]} to {@code [i + 1]}. */
    final int[] accountAt;

    final int[] transactionAt;
    final int[] statusAt;

    /** The inner messages, as blocks carry them. */
    final FieldPlace[] accountInfo;

    final FieldPlace[] transactionInfo;

    /** The {@code data} of each account, tag included; of an account without data, the point where it would stand. */
    final FieldPlace[] accountData;

    final int[] slotPlaces;
    final int[] writeVersionPlaces;

    /** Where transaction i's signature stands. */
    final int[][] signaturePlaces;

    BlockTemplate(PlayedBlock block) {
        transactions = block.transactions().size();
        accounts = block.accounts().size();
        accountAt = new int[accounts + 1];
        accountInfo = new FieldPlace[accounts];
        accountData = new FieldPlace[accounts];
        writeVersionPlaces = new int[accounts];
        transactionAt = new int[transactions + 1];
        transactionInfo = new FieldPlace[transactions];
        statusAt = new int[transactions + 1];
        TemplateBytes all = new TemplateBytes();
        PlaceList slots = new PlaceList();
        PlaceList[] signatures = new PlaceList[transactions];
        for (int i = 0; i < transactions; i++) {
            signatures[i] = new PlaceList();
        }
        for (int i = 0; i < accounts; i++) {
            accountAt[i] = all.end();
            addAccount(all, i, block, slots, signatures);
        }
        accountAt[accounts] = all.end();
        for (int i = 0; i < transactions; i++) {
            transactionAt[i] = all.end();
            byte[] payload = transactionPayload(block.transactions().get(i));
            transactionInfo[i] = FieldPlace.required(payload, 4, 1).movedBy(all.end());
            slots.add(all.end() + FieldPlace.required(payload, 4, 2).from());
            signatures[i].add(all.end() + FieldPlace.required(payload, 4, 1, 1).from());
            signatures[i].add(
                    all.end() + FieldPlace.required(payload, 4, 1, 3, 1).from());
            all.add(payload);
        }
        transactionAt[transactions] = all.end();
        for (int i = 0; i < transactions; i++) {
            statusAt[i] = all.end();
            byte[] payload = statusPayload(block.transactions().get(i));
            slots.add(all.end() + FieldPlace.required(payload, 10, 1).from());
            signatures[i].add(all.end() + FieldPlace.required(payload, 10, 2).from());
            all.add(payload);
        }
        statusAt[transactions] = all.end();
        bytes = all.all();
        slotPlaces = slots.toArray();
        signaturePlaces = new int[transactions][];
        for (int i = 0; i < transactions; i++) {
            signaturePlaces[i] = signatures[i].toArray();
        }
    }

    private void addAccount(TemplateBytes all, int i, PlayedBlock block, PlaceList slots, PlaceList[] signatures) {
        int at = all.end();
        int writer = block.writer().get(i);
        byte[] payload = accountPayload(block.accounts().get(i));
        FieldPlace writeVersion = FieldPlace.required(payload, 2, 1, 7);
        FieldPlace data = FieldPlace.find(payload, 2, 1, 6);
        FieldPlace absent = new FieldPlace(writeVersion.tag(), writeVersion.tag(), writeVersion.tag());
        accountInfo[i] = FieldPlace.required(payload, 2, 1).movedBy(at);
        accountData[i] = (data != null ? data : absent).movedBy(at);
        writeVersionPlaces[i] = at + writeVersion.from();
        slots.add(at + FieldPlace.required(payload, 2, 2).from());
        if (writer < transactions) {
            signatures[writer].add(at + FieldPlace.required(payload, 2, 1, 8).from());
        }
        all.add(payload);
    }

    private static byte[] accountPayload(SubscribeUpdateAccountInfo account) {
        SubscribeUpdateAccountInfo.Builder info = account.toBuilder().setWriteVersion(WRITE_VERSION_MIN);
        if (account.hasTxnSignature()) {
            info.setTxnSignature(SIGNATURE_PLACEHOLDER);
        }
        return SubscribeUpdate.newBuilder()
                .setAccount(SubscribeUpdateAccount.newBuilder().setAccount(info).setSlot(ChainConfig.SLOT_MIN))
                .build()
                .toByteArray();
    }

    private static byte[] transactionPayload(SubscribeUpdateTransactionInfo recorded) {
        Transaction.Builder transaction = recorded.getTransaction().toBuilder();
        if (transaction.getSignaturesCount() == 0) {
            transaction.addSignatures(SIGNATURE_PLACEHOLDER);
        } else {
            transaction.setSignatures(0, SIGNATURE_PLACEHOLDER);
        }
        return SubscribeUpdate.newBuilder()
                .setTransaction(SubscribeUpdateTransaction.newBuilder()
                        .setTransaction(recorded.toBuilder()
                                .setSignature(SIGNATURE_PLACEHOLDER)
                                .setTransaction(transaction))
                        .setSlot(ChainConfig.SLOT_MIN))
                .build()
                .toByteArray();
    }

    private static byte[] statusPayload(SubscribeUpdateTransactionInfo transaction) {
        SubscribeUpdateTransactionStatus.Builder status = SubscribeUpdateTransactionStatus.newBuilder()
                .setSlot(ChainConfig.SLOT_MIN)
                .setSignature(SIGNATURE_PLACEHOLDER)
                .setIsVote(transaction.getIsVote())
                .setIndex(transaction.getIndex());
        if (transaction.getMeta().hasErr()) {
            status.setErr(transaction.getMeta().getErr());
        }
        return SubscribeUpdate.newBuilder().setTransactionStatus(status).build().toByteArray();
    }
}
