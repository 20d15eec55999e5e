package io.firehole.cli;

/** What the program's exit code says; scripts rest on these. */
final class ExitCode {

    static final int GOOD = 0;
    /** It ran, and what it was to show did not hold, or it broke. */
    static final int FAILED = 1;
    /** The command line or the configuration is wrong; nothing was started. */
    static final int USAGE = 2;
    /** Somebody it needs does not answer. */
    static final int UNREACHABLE = 3;
    /** It runs, and monitors are not being served as they should be. */
    static final int DEGRADED = 4;

    private ExitCode() {}
}
