package io.firehole.console.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which sets of labels a metric shows one by one, when there are more than may be: those it has shown before, as long as they are
 * there, and of the others the first by their text. So a series goes on from one scrape to the next, in whatever order the
 * figures come. What is not chosen is added up under {@value #OTHERS}. Any thread.
 */
final class SeriesChoice {

    /** The value of that label for all that have no series of their own. */
    static final String OTHERS = "(others)";

    private final String label;
    private final int most;

    /** Guards the field below. */
    private final ReentrantLock lock = new ReentrantLock();

    private Set<Labels> shown = new LinkedHashSet<>();

    /**
     * Nothing is chosen yet.
     *
     * @param label the one that is given up for those without a series of their own
     * @param most how many are shown one by one
     */
    SeriesChoice(String label, int most) {
        this.label = label;
        this.most = most;
    }

    /** The figures as they are shown. */
    Map<Labels, Double> of(Map<Labels, Double> figures) {
        Set<Labels> chosen = choose(figures.keySet());
        if (chosen.size() == figures.size()) {
            return figures;
        }
        Map<Labels, Double> result = new LinkedHashMap<>();
        chosen.forEach(labels -> result.put(labels, figures.get(labels)));
        figures.forEach((labels, figure) -> {
            if (!chosen.contains(labels)) {
                result.merge(others(labels), figure, Double::sum);
            }
        });
        return result;
    }

    private Set<Labels> choose(Set<Labels> there) {
        lock.lock();
        try {
            if (there.size() <= most) {
                shown = new LinkedHashSet<>(there);
                return shown;
            }
            Set<Labels> chosen = new LinkedHashSet<>(shown);
            chosen.retainAll(there);
            for (Labels next : new TreeSet<>(there)) {
                if (chosen.size() == most) {
                    break;
                }
                chosen.add(next);
            }
            shown = chosen;
            return chosen;
        } finally {
            lock.unlock();
        }
    }

    private Labels others(Labels labels) {
        Labels.Builder result = Labels.builder();
        labels.forEach(one -> result.label(one.getName(), one.getName().equals(label) ? OTHERS : one.getValue()));
        return result.build();
    }
}
