package io.firehole.simulator.chain;

import java.util.function.Supplier;

/** Whatever is needed to say what a slot holds. Any thread. */
record Slots(
        ChainTemplates templates,
        ChainCalendar calendar,
        SlotDerivation derivation,
        SlotContents contents,
        Supplier<Lineage> lineage) {}
