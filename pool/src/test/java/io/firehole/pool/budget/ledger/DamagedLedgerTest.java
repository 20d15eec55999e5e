package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whatever is done to a ledger file: nobody sees fewer entries than there were, and in a while all is as before. */
class DamagedLedgerTest {

    private static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    private static final Retention RETENTION = new Retention(Duration.ofMillis(60_250), Duration.ofSeconds(12));
    private static final int ENTRIES = 20;

    @TempDir
    private Path directory;

    private final FakeMachine machine = new FakeMachine();
    private final FakeDisk disk = new FakeDisk(new Random(1));
    private final Logger log = (Logger) LoggerFactory.getLogger(FileLedger.class);
    private Path file;
    private byte[] sound;

    @BeforeEach
    void fill() throws IOException {
        log.setLevel(Level.ERROR);
        file = directory.toRealPath().resolve(NAME + ".ledger");
        FileLedger ledger = open();
        for (int i = 0; i < ENTRIES; i++) {
            UUID id = new UUID(1, i);
            ledger.turn(view -> {
                view.add(new LedgerEntry(id, AttemptKind.CONNECT, view.nowNanos(), view.nowNanos() + 12_000_000_000L));
                return view;
            });
        }
        sound = Objects.requireNonNull(disk.content(file)).clone();
        machine.pass(Duration.ofSeconds(1));
    }

    @AfterEach
    void tellFaultsAgain() {
        log.setLevel(null);
    }

    @Test
    void aBitFlippedAnywhereLosesNothing() throws IOException {
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            disk.put(file, damaged);
            assertNothingIsLost("bit " + at % 8 + " of byte " + at + " flipped");
        }
    }

    @Test
    void aByteZeroedAnywhereLosesNothing() throws IOException {
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] = 0;
            disk.put(file, damaged);
            assertNothingIsLost("byte " + at + " zeroed");
        }
    }

    @Test
    void cutShortAnywhereItHoldsEverybodyBack() throws IOException {
        for (int length = 0; length < sound.length; length++) {
            disk.put(file, Arrays.copyOf(sound, length));
            assertThat(open().turn(view -> 1))
                    .as("cut to %s bytes", length)
                    .isInstanceOfSatisfying(
                            Ledger.Turn.Held.class,
                            held -> assertThat(held.forNanos())
                                    .isEqualTo(RETENTION.hold().toNanos()));
        }
    }

    @Test
    void tornWhileANewEntryIsWrittenItLosesNothing() throws IOException {
        for (int slot = 0; slot < ENTRIES; slot++) {
            for (int torn = 1; torn < Slot.BYTES; torn++) {
                byte[] damaged = sound.clone();
                byte[] other = new byte[torn];
                new Random(slot * 64L + torn).nextBytes(other);
                System.arraycopy(other, 0, damaged, LedgerImage.sizeFor(slot), torn);
                disk.put(file, damaged);
                assertNothingIsLost(torn + " bytes written over slot " + slot);
            }
        }
    }

    @Test
    void rangesOfZerosAndOfNoiseLoseNothing() throws IOException {
        Random random = new Random(18);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = sound.clone();
            int from = random.nextInt(sound.length);
            int to = from + 1 + random.nextInt(sound.length - from);
            for (int at = from; at < to; at++) {
                damaged[at] = (byte) (i % 2 == 0 ? 0 : random.nextInt());
            }
            disk.put(file, damaged);
            assertNothingIsLost("bytes " + from + " to " + to + " damaged, case " + i);
        }
    }

    @Test
    void slotsSwappedOrTakenFromAnotherLedgerLoseNothing() throws IOException {
        byte[] swapped = sound.clone();
        int free = LedgerImage.sizeFor(ENTRIES);
        System.arraycopy(sound, free, swapped, LedgerImage.sizeFor(0), Slot.BYTES);
        disk.put(file, swapped);
        assertNothingIsLost("a free slot over a taken one");

        byte[] foreign = sound.clone();
        byte[] other = LedgerImage.empty(LedgerImage.STEP, new Stamp(new UUID(0, 0), 0, 0), 0)
                .bytes();
        System.arraycopy(other, LedgerImage.sizeFor(0), foreign, LedgerImage.sizeFor(0), Slot.BYTES);
        disk.put(file, foreign);
        assertNothingIsLost("a free slot of another file over a taken one");
    }

    @Test
    void aDamagedSlotCountsForEitherKindUntilItCannotMatter() throws IOException {
        byte[] damaged = sound.clone();
        Arrays.fill(damaged, LedgerImage.sizeFor(3), LedgerImage.sizeFor(4), (byte) 0);
        disk.put(file, damaged);
        assertThat(entries()).hasSize(ENTRIES + 1).extracting(LedgerEntry::id).doesNotHaveDuplicates();
        assertThat(entries())
                .filteredOn(entry -> entry.kind() == AttemptKind.SUBSCRIBE)
                .hasSize(1);
        assertThat(entries())
                .filteredOn(entry -> entry.id().equals(new UUID(1, 3)))
                .isEmpty();

        machine.pass(RETENTION.hold().minusMillis(1));
        assertThat(entries()).hasSize(2);
        machine.pass(Duration.ofMillis(1));
        assertThat(entries()).isEmpty();
    }

    @Test
    void theHoldOutlivesProcessesAndRebootsAndEndsOnce() throws IOException {
        disk.put(file, new byte[0]);
        assertThat(open().turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
        machine.pass(Duration.ofSeconds(30));
        assertThat(open().turn(view -> 1))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Held.class,
                        held -> assertThat(held.forNanos())
                                .isEqualTo(RETENTION.hold().minusSeconds(30).toNanos()));
        machine.reboot(Duration.ofSeconds(20));
        assertThat(open().turn(view -> 1))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Held.class,
                        held -> assertThat(held.forNanos())
                                .isEqualTo(RETENTION.hold().minusSeconds(50).toNanos()));
        machine.pass(RETENTION.hold().minusSeconds(50));
        assertThat(entries()).isEmpty();
        machine.pass(Duration.ofHours(1));
        assertThat(entries()).isEmpty();
    }

    @Test
    void aHoldBeginsAgainIfTheClocksWentBack() throws IOException {
        disk.put(file, new byte[0]);
        assertThat(open().turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
        machine.pass(Duration.ofSeconds(60));
        machine.reboot(Duration.ofSeconds(1));
        machine.setWall(Duration.ofDays(-1));
        assertThat(open().turn(view -> 1))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Held.class,
                        held -> assertThat(held.forNanos())
                                .isEqualTo(RETENTION.hold().toNanos()));
        machine.pass(RETENTION.hold());
        assertThat(entries()).isEmpty();
    }

    @Test
    void whatIsSetAsideIsKeptOnce() throws IOException {
        disk.put(file, new byte[] {1});
        open();
        disk.put(file, new byte[] {2});
        open();
        assertThat(disk.content(file.resolveSibling(NAME + ".unreadable"))).containsExactly(2);
    }

    @Test
    void aFileLargerThanAnyLedgerIsNotEvenRead() throws IOException {
        byte[] huge = new byte[LedgerImage.sizeFor(Retention.ENTRIES_MAX) + 1];
        disk.put(file, huge);
        assertThat(open().turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
    }

    private void assertNothingIsLost(String damage) throws IOException {
        switch (open().turn(LedgerView::entries)) {
            case Ledger.Turn.Held<?> held ->
                assertThat(held.forNanos())
                        .as(damage)
                        .isEqualTo(RETENTION.hold().toNanos());
            case Ledger.Turn.Done<List<LedgerEntry>>(List<LedgerEntry> entries) ->
                assertThat(entries)
                        .as(damage)
                        .filteredOn(entry -> entry.kind() == AttemptKind.CONNECT)
                        .hasSizeGreaterThanOrEqualTo(ENTRIES)
                        .allSatisfy(entry -> assertThat(entry.boundNanos() - machine.nanos())
                                .isGreaterThanOrEqualTo(Duration.ofSeconds(11).toNanos()));
            case Ledger.Turn<?> other -> throw new AssertionError(damage + ": " + other);
        }
    }

    private List<LedgerEntry> entries() throws IOException {
        return LedgerContract.done(open().turn(LedgerView::entries));
    }

    private FileLedger open() throws IOException {
        return FileLedger.open(directory, NAME, RETENTION, machine, machine, disk);
    }
}
