package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.firehole.wire.proto.SubscribeUpdateDeshredTransaction;
import io.firehole.wire.proto.SubscribeUpdateDeshredTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Transaction;

/**
 * The played block's transactions as a deshred stream shows them: without meta, with the shreds they came in. The shred
 * indexes are invented: a shred for every {@value #SHRED_BYTES} bytes of transactions, a data set closed with the first
 * transaction that fills {@value #DATA_SET_SHREDS} of them.
 */
final class DeshredTemplate {
    private static final int SHRED_BYTES = 1_000;
    private static final int DATA_SET_SHREDS = 8;

    /** All payloads, one behind the other: fields of {@code SubscribeUpdateDeshred}. */
    final byte[] bytes;

    /** Number i lies from {@code [i]} to {@code [i + 1]}. */
    final int[] transactionAt;

    final int[] slotPlaces;
    final int[][] signaturePlaces;

    DeshredTemplate(PlayedBlock block) {
        int transactions = block.transactions().size();
        transactionAt = new int[transactions + 1];
        slotPlaces = new int[transactions];
        signaturePlaces = new int[transactions][];
        TemplateBytes all = new TemplateBytes();
        int setFrom = 0;
        int setTo = 0;
        int shred = 0;
        for (int i = 0; i < transactions; i++) {
            if (i == setTo) {
                int bytesOfSet = 0;
                while (setTo < transactions && bytesOfSet < DATA_SET_SHREDS * SHRED_BYTES) {
                    bytesOfSet +=
                            block.transactions().get(setTo++).getTransaction().getSerializedSize();
                }
                setFrom = shred;
                shred += (bytesOfSet + SHRED_BYTES - 1) / SHRED_BYTES;
            }
            int at = all.end();
            byte[] payload = payload(block.transactions().get(i), setFrom, shred);
            transactionAt[i] = at;
            slotPlaces[i] = at + FieldPlace.required(payload, 2, 2).from();
            signaturePlaces[i] = new int[] {
                at + FieldPlace.required(payload, 2, 1, 1).from(),
                at + FieldPlace.required(payload, 2, 1, 3, 1).from()
            };
            all.add(payload);
        }
        transactionAt[transactions] = all.end();
        bytes = all.all();
    }

    /** This slot's payloads, laid out as {@link #bytes}. */
    byte[] content(long slot, SlotDerivation derivation) {
        byte[] content = bytes.clone();
        long varint = SlotContent.slotVarint(slot);
        for (int i = 0; i < slotPlaces.length; i++) {
            SlotContent.writeSlot(varint, content, slotPlaces[i]);
            for (int place : signaturePlaces[i]) {
                derivation.writeSignature(slot, i, content, place);
            }
        }
        return content;
    }

    private static byte[] payload(SubscribeUpdateTransactionInfo recorded, int setFrom, int setTo) {
        ByteString placeholder = ByteString.copyFrom(new byte[BlockTemplate.SIGNATURE_BYTES]);
        Transaction.Builder transaction = recorded.getTransaction().toBuilder();
        if (transaction.getSignaturesCount() == 0) {
            transaction.addSignatures(placeholder);
        } else {
            transaction.setSignatures(0, placeholder);
        }
        return SubscribeUpdateDeshred.newBuilder()
                .setDeshredTransaction(SubscribeUpdateDeshredTransaction.newBuilder()
                        .setTransaction(SubscribeUpdateDeshredTransactionInfo.newBuilder()
                                .setSignature(placeholder)
                                .setIsVote(recorded.getIsVote())
                                .setTransaction(transaction)
                                .addAllLoadedWritableAddresses(
                                        recorded.getMeta().getLoadedWritableAddressesList())
                                .addAllLoadedReadonlyAddresses(
                                        recorded.getMeta().getLoadedReadonlyAddressesList())
                                .setCompletedDataSetStartingShredIndex(setFrom)
                                .setCompletedDataSetEndingShredIndexExclusive(setTo))
                        .setSlot(ChainConfig.SLOT_MIN))
                .build()
                .toByteArray();
    }
}
