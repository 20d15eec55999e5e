package io.firehole.history;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A database that is away at times, or whose answer is lost. */
final class FlakyRemote implements Remote {

    private final Remote remote;
    private boolean away;
    private boolean silent;
    private boolean neglected;
    private boolean behind;
    private int attempts;

    FlakyRemote(Remote remote) {
        this.remote = remote;
    }

    /** From now on nothing reaches it. */
    void goAway() {
        away = true;
    }

    /** From now on it does what it is told, but the answer is lost. */
    void goSilent() {
        silent = true;
    }

    /** From now on its upkeep fails, and nothing else. */
    void neglect() {
        neglected = true;
    }

    /** From now on it takes rows and makes no rollups. */
    void fallBehind() {
        behind = true;
    }

    void comeBack() {
        away = false;
        silent = false;
        neglected = false;
        behind = false;
    }

    /** How often something was tried that failed. */
    int attempts() {
        return attempts;
    }

    private void reach() throws SQLException {
        if (away) {
            attempts++;
            throw new SQLException("connection refused", "08001");
        }
    }

    private void answer() throws SQLException {
        if (silent) {
            attempts++;
            throw new SQLException("the connection broke", "08006");
        }
    }

    @Override
    public void prepare() throws SQLException {
        reach();
        remote.prepare();
    }

    @Override
    public int write(Batch batch) throws SQLException {
        reach();
        int fresh = remote.write(batch);
        answer();
        return fresh;
    }

    @Override
    public void rollUp(TimeRange range) throws SQLException {
        reach();
        if (behind) {
            attempts++;
            throw new SQLException("canceling statement due to statement timeout", "57014");
        }
        remote.rollUp(range);
        answer();
    }

    @Override
    public boolean needsRollUp(Instant second, Instant now) {
        return remote.needsRollUp(second, now);
    }

    @Override
    public void maintain(Instant now) throws SQLException {
        reach();
        if (neglected) {
            attempts++;
            throw new SQLException("job 1000 not found", "42704");
        }
        remote.maintain(now);
    }

    @Override
    public String place() {
        return remote.place();
    }

    @Override
    public Optional<String> edition() {
        return remote.edition();
    }

    @Override
    public List<String> remarks() {
        return remote.remarks();
    }
}
