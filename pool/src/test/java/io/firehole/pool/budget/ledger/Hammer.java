package io.firehole.pool.budget.ledger;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;

/** A process that takes as many permits as it gets from the ledger in a directory, and tells each on its output. */
final class Hammer {

    private Hammer() {}

    /** Takes the directory. Ends when it is killed. */
    public static void main(String[] args) throws IOException, InterruptedException {
        FileLedger ledger = FileLedger.open(
                Path.of(args[0]),
                FileLedgerProcessesTest.NAME,
                FileLedgerProcessesTest.RETENTION,
                BootClock.system(),
                InstantSource.system());
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.US_ASCII);
        out.println("ready");
        while (true) {
            Ledger.Turn<Long> turn = ledger.turn(Hammer::take);
            switch (turn) {
                case Ledger.Turn.Done<Long>(Long granted) -> {
                    if (granted >= 0) {
                        out.println(granted);
                    } else {
                        Thread.sleep(5);
                    }
                }
                case Ledger.Turn.Busy<Long> busy -> Thread.sleep(1);
                case Ledger.Turn.Held<Long> held -> out.println(held);
                case Ledger.Turn.Away<Long> away -> out.println(away);
            }
        }
    }

    private static long take(LedgerView view) {
        if (view.entries().size() >= FileLedgerProcessesTest.LIMIT) {
            return -1;
        }
        view.add(new LedgerEntry(UUID.randomUUID(), AttemptKind.CONNECT, view.nowNanos(), view.nowNanos()));
        return view.nowNanos();
    }
}
