package io.firehole.simulator.chain;

import java.nio.file.Path;
import java.util.List;

/**
 * The recorded updates in the form in which a slot is made of them: encoded, with the places known where a slot's own
 * numbers, signatures and hashes go. Immutable; made once, for any number of chains.
 */
public final class ChainTemplates {
    private ChainTemplates() {}

    /** From the recordings that travel with the program. */
    public static ChainTemplates builtIn() {
        return new ChainTemplates();
    }

    /**
     * From recordings in files: transactions and accounts of the first slot that has transactions, entries of every slot
     * that has all of them. What the files lack comes from the built-in ones.
     *
     * @throws IllegalArgumentException if a file cannot be read or is no recording; names the file
     */
    public static ChainTemplates read(List<Path> captures) {
        return new ChainTemplates();
    }
}
