package io.firehole.pool.budget.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLedgerTest extends LedgerContract {

    private static final LedgerName NAME = LedgerName.of("my.provider", 443, "token", "secret");
    private static final Retention RETENTION = new Retention(KEEP, Duration.ofSeconds(12), 200);

    @TempDir
    private Path directory;

    private final FakeMachine machine = new FakeMachine();

    @Override
    protected Ledger open() {
        try {
            return FileLedger.open(directory.resolve("state"), NAME, RETENTION, machine, machine);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void pass(Duration time) {
        machine.pass(time);
    }

    @Test
    void onlyTheOwnerCanLookIntoIt() throws IOException {
        add(open(), AttemptKind.CONNECT, 0, 12_000);
        Path state = directory.resolve("state");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        try (var files = Files.list(state)) {
            assertThat(files.toList())
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void ledgersOfAnotherNameAreOthers() throws IOException {
        add(open(), AttemptKind.CONNECT, 0, 12_000);
        LedgerName other = LedgerName.of("my.provider", 443, "token", "another secret");
        assertThat(entries(FileLedger.open(directory.resolve("state"), other, RETENTION, machine, machine)))
                .isEmpty();
    }

    @Test
    void growsUpToItsLimitAndThenLetsNobodyIn() {
        Ledger ledger = open();
        for (int i = 0; i < 200; i++) {
            add(ledger, AttemptKind.CONNECT, 0, 12_000);
        }
        assertThat(ledger.turn(view -> {
                    view.add(new LedgerEntry(new UUID(0, 1), AttemptKind.CONNECT, view.nowNanos(), view.nowNanos()));
                    return view;
                }))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Away.class,
                        away -> assertThat(away.reason()).endsWith("it is full: it holds its limit of 200 entries"));
        machine.pass(Duration.ofSeconds(20));
        add(ledger, AttemptKind.CONNECT, 0, 12_000);
        assertThat(entries(open())).hasSize(1);
    }

    @Test
    void slotsOfForgottenEntriesAreUsedAgain() throws IOException {
        Ledger ledger = open();
        for (int i = 0; i < 500; i++) {
            add(ledger, AttemptKind.CONNECT, 0, 1_000);
            machine.pass(Duration.ofSeconds(1));
        }
        assertThat(Files.size(directory.resolve("state").resolve(NAME + ".ledger")))
                .isEqualTo(LedgerImage.sizeFor(LedgerImage.STEP));
    }

    @Test
    void theWallClockDoesNotMatterAsLongAsTheMachineRuns() {
        Ledger ledger = open();
        add(ledger, AttemptKind.CONNECT, 0, 1_000);
        machine.setWall(Duration.ofHours(1));
        assertThat(entries(ledger)).hasSize(1);
        machine.setWall(Duration.ofHours(-2));
        assertThat(entries(ledger)).hasSize(1);
        machine.pass(Duration.ofSeconds(7));
        assertThat(entries(ledger)).isEmpty();
    }

    @Test
    void afterARebootTheWallClockTellsTheAge() {
        add(open(), AttemptKind.CONNECT, 0, 10_000);
        machine.reboot(Duration.ofSeconds(9));
        List<LedgerEntry> known = entries(open());
        assertThat(known).singleElement().satisfies(entry -> {
            assertThat(machine.nanos() - entry.grantedNanos()).isEqualTo(9_000_000_000L);
            assertThat(entry.boundNanos() - machine.nanos()).isEqualTo(1_000_000_000L);
        });
        machine.pass(Duration.ofSeconds(7));
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void aWallClockThatWentBackOverARebootMakesEntriesNew() {
        add(open(), AttemptKind.CONNECT, 0, 0);
        machine.pass(Duration.ofSeconds(3));
        add(open(), AttemptKind.CONNECT, 0, 1_000);
        machine.reboot(Duration.ofSeconds(1));
        machine.setWall(Duration.ofSeconds(-3));
        // The first may seem old enough; but with such a clock nobody knows.
        assertThat(entries(open()))
                .hasSize(2)
                .allSatisfy(entry -> assertThat(entry.grantedNanos()).isEqualTo(machine.nanos()));
        machine.pass(KEEP.plusSeconds(1));
        assertThat(entries(open())).as("they grow old like others").isEmpty();
    }

    @Test
    void aBootClockThatWentBackMakesEntriesNew() {
        add(open(), AttemptKind.CONNECT, 0, 1_000);
        machine.setBoot(Duration.ofHours(-1));
        assertThat(entries(open())).hasSize(1);
        machine.pass(KEEP.plusMillis(900));
        assertThat(entries(open())).hasSize(1);
        machine.pass(Duration.ofMillis(200));
        assertThat(entries(open())).isEmpty();
    }

    @Test
    void aClosedOneIsAway() {
        Ledger ledger = open();
        ledger.close();
        assertThat(ledger.turn(view -> 1))
                .isInstanceOfSatisfying(
                        Ledger.Turn.Away.class,
                        away -> assertThat(away.reason()).endsWith("is closed"));
    }

    @Test
    void aDirectoryThatIsNoneIsRefusedWithTheWayOut() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> FileLedger.open(file.resolve("state"), NAME, RETENTION, machine, machine))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the state directory " + file.resolve("state") + " cannot be used: ")
                .hasMessageEndingWith("Set FIREHOLE_STATE to a directory on a local disk that this user can write");
    }

    @Test
    void aNetworkFileSystemIsRefused() {
        assertThatThrownBy(() -> StateDirectory.refuseNetwork(directory, "nfs4"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("type nfs4");
        assertThat(directory).satisfies(local -> StateDirectory.refuseNetwork(local, "ext4"));
    }

    @Test
    void aDirectoryRemovedMeanwhileIsMadeAgainAndHoldsEverybodyBack() throws IOException {
        Ledger ledger = open();
        add(ledger, AttemptKind.CONNECT, 0, 12_000);
        Path state = directory.resolve("state");
        try (var files = Files.list(state)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(state);
        assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Away.class);
        assertThat(ledger.turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
        assertThat(open().turn(view -> 1)).isInstanceOf(Ledger.Turn.Held.class);
        machine.pass(RETENTION.hold());
        assertThat(entries(ledger)).isEmpty();
    }
}
