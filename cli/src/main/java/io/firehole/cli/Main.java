package io.firehole.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code firehole}. */
@Command(name = "firehole", mixinStandardHelpOptions = true)
final class Main implements Runnable {

    private Main() {}

    /** Starts the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
