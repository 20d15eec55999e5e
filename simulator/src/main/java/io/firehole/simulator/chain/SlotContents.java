package io.firehole.simulator.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Makes the content of slots, and keeps the last few that were asked for. Any thread; two that want the same slot at the
 * same time wait for one to make it.
 */
final class SlotContents {
    /** Slots kept, at some six megabytes each: the one in progress, the one being confirmed, and some replays. */
    static final int KEPT = 8;

    private final Recent<SlotContent> contents = new Recent<>();
    private final Recent<byte[]> deshred = new Recent<>();
    private final ChainTemplates templates;
    private final SlotDerivation derivation;

    SlotContents(ChainTemplates templates, SlotDerivation derivation) {
        this.templates = templates;
        this.derivation = derivation;
    }

    SlotContent of(long slot) {
        return contents.get(slot, wanted -> SlotContent.of(wanted, templates.block, derivation));
    }

    /** Laid out as {@link DeshredTemplate#bytes}. */
    byte[] deshred(long slot) {
        return deshred.get(slot, wanted -> templates.deshred.content(wanted, derivation));
    }

    private static final class Recent<T> {
        private final Map<Long, T> kept = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, T> eldest) {
                return size() > KEPT;
            }
        };

        synchronized T get(long slot, LongFunction<T> make) {
            return kept.computeIfAbsent(slot, make::apply);
        }
    }
}
