package io.firehole.cli.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/** By what name this host is known to itself. */
final class HostName {

    private HostName() {}

    /** From the environment, else from the system; {@code localhost} if neither knows one. */
    static String of(Map<String, String> environment) {
        String said = environment.get("HOSTNAME");
        if (said != null && !said.isBlank()) {
            return said.strip();
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unknown) {
            return "localhost";
        }
    }
}
