package io.firehole.cli.config;

/** Where a value comes from; in the order of precedence. */
public sealed interface Origin {

    /** An option of the command line. */
    record Flag(String name) implements Origin {
        @Override
        public String toString() {
            return "flag " + name;
        }
    }

    /** A variable of the environment. */
    record Variable(String name) implements Origin {
        @Override
        public String toString() {
            return "environment " + name;
        }
    }

    /** A line of the configuration file, counted from 1. */
    record Line(String file, int number) implements Origin {
        @Override
        public String toString() {
            return file + ":" + number;
        }
    }

    /** Nobody said anything, but the provider's profile does. */
    record Profile(String name) implements Origin {
        @Override
        public String toString() {
            return "profile " + name;
        }
    }

    /** Nobody said anything. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }
}
