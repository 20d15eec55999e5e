package io.firehole.history;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStoreTest extends HistoryStoreContract {

    @TempDir
    Path directory;

    private @Nullable EmbeddedStore store;

    @Override
    HistoryStore store(String instance) throws IOException {
        EmbeddedStore opened = EmbeddedStore.open(directory, false, Instant.now());
        store = opened;
        return opened;
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }
}
