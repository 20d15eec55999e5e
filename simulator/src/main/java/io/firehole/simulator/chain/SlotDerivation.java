package io.firehole.simulator.chain;

import io.firehole.filters.Base58;
import io.firehole.simulator.chain.Seeded.Purpose;

/** What is a slot's own: which entries it plays, its signatures, hashes and write versions. Pure, any thread. */
final class SlotDerivation {
    private final Seeded seeded;
    private final ChainTemplates templates;

    SlotDerivation(long seed, ChainTemplates templates) {
        this.seeded = new Seeded(seed);
        this.templates = templates;
    }

    EntryTemplate entries(long slot) {
        return templates.entries.get(seeded.below(templates.entries.size(), Purpose.ENTRIES, slot));
    }

    SlotLayout layout(long slot) {
        return entries(slot).layout;
    }

    byte[] signature(long slot, int transaction) {
        byte[] signature = new byte[BlockTemplate.SIGNATURE_BYTES];
        writeSignature(slot, transaction, signature, 0);
        return signature;
    }

    void writeSignature(long slot, int transaction, byte[] out, int at) {
        Seeded.spread(
                seeded.number(Purpose.SIGNATURE, slot, transaction),
                BlockTemplate.SIGNATURE_BYTES / Long.BYTES,
                out,
                at);
    }

    void writeEntryHash(long slot, int entry, byte[] out, int at) {
        Seeded.spread(seeded.number(Purpose.ENTRY_HASH, slot, entry), EntryTemplate.HASH_BYTES / Long.BYTES, out, at);
    }

    /** The hash of the slot's last entry, as on Solana. */
    byte[] blockhash(long slot) {
        byte[] hash = new byte[EntryTemplate.HASH_BYTES];
        writeEntryHash(slot, entries(slot).entries - 1, hash, 0);
        return hash;
    }

    /** {@link #blockhash} in base58. */
    String blockhashText(long slot) {
        return Base58.encode(blockhash(slot));
    }

    /** Rises with every write of every slot. */
    long writeVersion(long slot, int account) {
        return BlockTemplate.WRITE_VERSION_MIN + (slot - ChainConfig.SLOT_MIN) * templates.block.accounts + account;
    }

    /** Behind which chunk a dying slot stops. */
    int deathChunk(long slot) {
        int chunks = layout(slot).chunks();
        return chunks / 4 + seeded.below(chunks / 2, Purpose.DEATH, slot);
    }
}
