package io.firehole.sharing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Accepts connections, writes down when and from which host, says so to the other end, and closes. */
final class CountingProvider implements AutoCloseable {

    /**
     * One connection.
     *
     * @param atNanos when it was counted
     * @param host who made it; -1 if it died before it could say
     */
    record Arrival(long atNanos, int host) {}

    private final ServerSocket listener;

    /** Guards {@link #arrivals}. */
    private final Object lock = new Object();

    private final List<Arrival> arrivals = new ArrayList<>();

    CountingProvider() throws IOException {
        listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("counting-provider").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** In the order in which they were counted. */
    List<Arrival> arrivals() {
        synchronized (lock) {
            return List.copyOf(arrivals);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                int place;
                synchronized (lock) {
                    place = arrivals.size();
                    arrivals.add(new Arrival(System.nanoTime(), -1));
                }
                Thread.startVirtualThread(() -> answer(socket, place));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void answer(Socket socket, int place) {
        try (socket) {
            int host = socket.getInputStream().read();
            synchronized (lock) {
                arrivals.set(place, new Arrival(arrivals.get(place).atNanos(), host));
            }
            socket.getOutputStream().write(1);
        } catch (IOException gone) {
            // counted all the same
        }
    }
}
