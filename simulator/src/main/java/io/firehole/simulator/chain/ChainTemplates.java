package io.firehole.simulator.chain;

import io.firehole.wire.capture.Capture;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The recorded updates in the form in which a slot is made of them: encoded, with the places known where a slot's own
 * numbers, signatures and hashes go. Immutable; made once, for any number of chains.
 */
public final class ChainTemplates {
    private static final List<String> BUILT_IN =
            List.of("mainnet-361774429.capture.gz", "mainnet-stream-2026-02.capture.gz");
    private static final String BUILT_IN_FOLDER = "/io/firehole/simulator/captures/";

    final BlockTemplate block;
    final DeshredTemplate deshred;
    final List<EntryTemplate> entries;
    final PlayedFacts facts;

    private ChainTemplates(Recorded recorded) {
        PlayedBlock played = PlayedBlock.of(recorded);
        block = new BlockTemplate(played);
        deshred = new DeshredTemplate(played);
        List<EntryTemplate> templates = new ArrayList<>();
        for (Recorded.Entries slot : recorded.entries()) {
            templates.add(new EntryTemplate(slot, played));
        }
        entries = List.copyOf(templates);
        facts = PlayedFacts.of(played);
    }

    /** From the recordings that travel with the program. Read once, then shared. */
    public static ChainTemplates builtIn() {
        return BuiltIn.TEMPLATES;
    }

    /**
     * From recordings in files: transactions and accounts of the first slot that has transactions, entries of every slot
     * that has all of them. What the files lack comes from the built-in ones; none at all is {@link #builtIn}.
     *
     * @throws IOException if a file cannot be read or is no recording; names the file
     */
    public static ChainTemplates read(List<Path> captures) throws IOException {
        if (captures.isEmpty()) {
            return builtIn();
        }
        List<SubscribeUpdate> updates = new ArrayList<>();
        for (Path capture : captures) {
            updates.addAll(Capture.open(capture).updates());
        }
        try {
            return new ChainTemplates(Recorded.of(updates).or(BuiltIn.recorded()));
        } catch (IllegalArgumentException e) {
            throw new IOException(captures + " cannot be played: " + e.getMessage(), e);
        }
    }

    private static final class BuiltIn {
        static final ChainTemplates TEMPLATES = new ChainTemplates(recorded());

        static Recorded recorded() {
            List<SubscribeUpdate> updates = new ArrayList<>();
            for (String name : BUILT_IN) {
                InputStream in = ChainTemplates.class.getResourceAsStream(BUILT_IN_FOLDER + name);
                if (in == null) {
                    throw new IllegalStateException("the program lacks its recording " + name);
                }
                try (in) {
                    updates.addAll(Capture.open(in, name).updates());
                } catch (IOException e) {
                    throw new UncheckedIOException("the program's recording " + name + " cannot be read", e);
                }
            }
            return Recorded.of(updates);
        }
    }
}
