package io.firehole.sharing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** A wire to a local port that can fall silent: packets are lost both ways, and nobody is told. */
final class SilentWire implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private volatile CountDownLatch speaking = new CountDownLatch(0);

    SilentWire(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void fallSilent() {
        speaking = new CountDownLatch(1);
    }

    void speak() {
        speaking.countDown();
    }

    @Override
    public void close() throws IOException {
        speak();
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                Thread.ofVirtual().start(() -> copy(near, far));
                Thread.ofVirtual().start(() -> copy(far, near));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[8_192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                speaking.await();
                out.write(buffer, 0, read);
            }
        } catch (IOException closed) {
            // either end has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
