package io.firehole.pool;

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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A wire to a local port, always at the same address, that can be cut, fall silent or become slow. */
public final class FaultyWire implements AutoCloseable {

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
    public FaultyWire(int target, Duration delay) throws IOException {
        this.target = target;
        this.delay = delay;
        this.address = listen(0);
    }

    /** Where it listens on loopback. */
    public int port() {
        return address.getPort();
    }

    /** Lets everything pass. */
    public void mend() throws IOException {
        become(State.WELL);
    }

    /** Lets everything pass, later. */
    public void slowDown() throws IOException {
        become(State.SLOW);
    }

    /** Takes connections and bytes, and hands none of them on until it is mended. */
    public void fallSilent() throws IOException {
        become(State.SILENT);
    }

    /** Breaks connections and refuses new ones. */
    public void cut() throws IOException {
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
                connect(from, from.accept());
            }
        } catch (IOException closed) {
            // cut, or the end of the test
        }
    }

    /** A listener that is closed connects nobody any more: who was accepted just before is cut, too. */
    private void connect(ServerSocket by, Socket near) throws IOException {
        lock.lock();
        try {
            Socket far = by.equals(listener) ? reach() : null;
            if (far == null) {
                near.close();
                return;
            }
            sockets.add(near);
            sockets.add(far);
            Thread.ofVirtual().start(() -> copy(near, far));
            Thread.ofVirtual().start(() -> copy(far, near));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Socket reach() {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException refused) {
            return null;
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[8_192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitSpeech();
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

    /** Waits for as long as it is silent, and for the delay where it is slow; no longer than that lasts. */
    private void awaitSpeech() throws InterruptedException {
        lock.lock();
        try {
            long left = delay.toNanos();
            while (state == State.SILENT || (state == State.SLOW && left > 0)) {
                if (state == State.SILENT) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}
