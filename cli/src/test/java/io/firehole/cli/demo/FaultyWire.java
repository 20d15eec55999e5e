package io.firehole.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A wire to a local port, always at the same address, that can be cut, fall silent or become slow. */
final class FaultyWire implements AutoCloseable {

    private enum State {
        WELL,
        SLOW,
        SILENT,
        CUT
    }

    private static final int BACKLOG = 50;

    private final int target;
    private final Duration delay;
    private final InetSocketAddress address;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private State state = State.WELL;
    private @Nullable ServerSocket listener;

    /**
     * One that is well.
     *
     * @param delay of everything that passes, each way, while it is slow
     */
    FaultyWire(int target, Duration delay) throws IOException {
        this.target = target;
        this.delay = delay;
        this.address = listen(0);
    }

    int port() {
        return address.getPort();
    }

    /** Lets everything pass. */
    void mend() throws IOException {
        become(State.WELL);
    }

    /** Lets everything pass, later. */
    void slowDown() throws IOException {
        become(State.SLOW);
    }

    /** Takes connections and bytes, and hands none of them on until it is mended. */
    void fallSilent() throws IOException {
        become(State.SILENT);
    }

    /** Breaks connections and refuses new ones. */
    void cut() throws IOException {
        become(State.CUT);
    }

    private void become(State next) throws IOException {
        lock.lock();
        try {
            state = next;
            if (next == State.CUT) {
                hangUp();
            } else if (listener == null) {
                listen(address.getPort());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private InetSocketAddress listen(int port) throws IOException {
        ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        listener = opened;
        Thread.ofVirtual().start(() -> accept(opened));
        return (InetSocketAddress) opened.getLocalSocketAddress();
    }

    private void hangUp() throws IOException {
        if (listener != null) {
            listener.close();
            listener = null;
        }
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Socket near = from.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(near);
                sockets.add(far);
                Thread.ofVirtual().start(() -> copy(near, far));
                Thread.ofVirtual().start(() -> copy(far, near));
            }
        } catch (IOException closed) {
            // cut, or the end of the test
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[8_192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (awaitSpeech() == State.SLOW) {
                    LockSupport.parkNanos(delay.toNanos());
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException closed) {
            // either end has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private State awaitSpeech() throws InterruptedException {
        lock.lock();
        try {
            while (state == State.SILENT) {
                changed.await();
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}
