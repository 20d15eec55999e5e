package io.firehole.filters;

import static io.firehole.filters.Requests.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySetTest {

    @Test
    void behavesAsASetOfObjects() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            List<PublicKey> all = keys(random, 1 + random.nextInt(60));
            Set<PublicKey> one = some(random, all);
            Set<PublicKey> other = some(random, all);

            KeySet oneSet = KeySet.of(List.copyOf(one));
            KeySet.Builder grown = new KeySet.Builder(random.nextInt(3));
            other.forEach(grown::add);
            other.forEach(grown::add);
            KeySet otherSet = grown.build();

            assertThat(oneSet.size()).isEqualTo(one.size());
            assertThat(otherSet.size()).isEqualTo(other.size());
            all.forEach(key -> assertThat(oneSet.contains(key)).isEqualTo(one.contains(key)));
            assertThat(oneSet.overlaps(otherSet)).isEqualTo(!Collections.disjoint(one, other));
            assertThat(otherSet.overlaps(oneSet)).isEqualTo(!Collections.disjoint(one, other));
            assertThat(oneSet.containsAll(otherSet)).isEqualTo(one.containsAll(other));
        }
    }

    @Test
    void keepsKeysInTheirOrder() {
        Set<PublicKey> keys = new LinkedHashSet<>(keys(new Random(6), 500));
        KeySet set = KeySet.of(List.copyOf(keys));

        int position = 0;
        for (PublicKey key : keys) {
            assertThat(set.key(position)).isEqualTo(key);
            assertThat(set.position(key)).isEqualTo(position++);
        }
    }

    @Test
    void anEmptySetHasNothingAndAllOfNothing() {
        assertThat(KeySet.EMPTY.contains(PublicKey.of(key(0)))).isFalse();
        assertThat(KeySet.EMPTY.overlaps(KeySet.EMPTY)).isFalse();
        assertThat(KeySet.EMPTY.containsAll(KeySet.EMPTY)).isTrue();
        assertThat(KeySet.of(List.of(PublicKey.of(key(0)))).contains(null)).isFalse();
    }

    @Test
    void aKeyHas32Bytes() {
        assertThatThrownBy(() -> PublicKey.of(ByteString.copyFrom(new byte[31])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a key has 32 bytes, got 31");
        assertThat(PublicKey.of(key(0))).hasToString("1".repeat(32));
        assertThat(PublicKey.of(key(7)).toByteArray()).isEqualTo(key(7).toByteArray());
    }

    private static Set<PublicKey> some(Random random, List<PublicKey> all) {
        Set<PublicKey> some = new LinkedHashSet<>();
        for (int i = random.nextInt(all.size() + 1); i > 0; i--) {
            some.add(all.get(random.nextInt(all.size())));
        }
        return some;
    }

    private static List<PublicKey> keys(Random random, int count) {
        List<PublicKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[PublicKey.BYTES];
            random.nextBytes(bytes);
            keys.add(PublicKey.of(ByteString.copyFrom(bytes)));
        }
        return keys;
    }
}
