package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

    @Test
    void findsEveryLabelAndNoOther() {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 2, 3, 4, 5, 100, 1_000}) {
            Set<Integer> labels = new HashSet<>();
            while (labels.size() < size) {
                labels.add(random.nextInt(5_000));
            }
            List<Route> routes = new ArrayList<>();
            labels.forEach(label -> routes.add(new Route(label, 1, List.of())));
            RoutingTable table = new RoutingTable(routes, List.of());
            for (int label = 0; label < 5_000; label++) {
                Route found = table.route(label);
                assertThat(found != null).isEqualTo(labels.contains(label));
                assertThat(found == null || found.label == label).isTrue();
            }
        }
    }
}
