package io.firehole.simulation;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Finds what of a story matters: leaves out whatever can be left out while it still fails. */
final class SmallerStory {

    /** Tries before it is good enough. */
    private static final int TRIES_MAX = 1_500;

    private final Predicate<Story> fails;
    private Story smallest;
    private int tries;

    private SmallerStory(Story story, Predicate<Story> fails) {
        this.smallest = story;
        this.fails = fails;
    }

    /** A story as small as can be found that fails like this one. */
    static Story of(Story failing, Predicate<Story> fails) {
        SmallerStory search = new SmallerStory(failing, fails);
        boolean smaller = true;
        while (smaller) {
            smaller = search.withoutParts();
            smaller |= search.withoutActs();
            smaller |= search.withoutRules();
            smaller |= search.withoutFields();
        }
        return search.smallest;
    }

    private boolean isSmaller(Story candidate) {
        if (tries++ < TRIES_MAX && fails.test(candidate)) {
            smallest = candidate;
            return true;
        }
        return false;
    }

    /** Halves first, then ever less, then one by one. */
    private boolean withoutParts() {
        boolean any = false;
        for (int run = Math.max(1, smallest.parts().size() / 2); run >= 1; run /= 2) {
            for (int at = 0; at < smallest.parts().size(); ) {
                List<Part> parts = new ArrayList<>(smallest.parts());
                parts.subList(at, Math.min(parts.size(), at + run)).clear();
                if (isSmaller(smallest.with(parts))) {
                    any = true;
                } else {
                    at += run;
                }
            }
        }
        return any;
    }

    private boolean withoutActs() {
        boolean any = false;
        for (int part = 0; part < smallest.parts().size(); part++) {
            for (int act = smallest.parts().get(part).acts().size() - 1; act >= 0; act--) {
                List<Act> acts = new ArrayList<>(smallest.parts().get(part).acts());
                acts.remove(act);
                any |= isSmaller(with(part, acts));
            }
        }
        return any;
    }

    private boolean withoutRules() {
        boolean any = false;
        for (String rule : List.copyOf(smallest.rules().keySet())) {
            Map<String, String> rules = new LinkedHashMap<>(smallest.rules());
            rules.remove(rule);
            any |= isSmaller(smallest.withRules(rules));
        }
        return any;
    }

    /** Whatever a request has is left out, field by field: filters first, then what they ask. */
    private boolean withoutFields() {
        boolean any = false;
        for (int part = 0; part < smallest.parts().size(); part++) {
            for (int act = 0; act < smallest.parts().get(part).acts().size(); act++) {
                if (!(smallest.parts().get(part).acts().get(act) instanceof Act.Ask ask)) {
                    continue;
                }
                boolean again = true;
                Act.Ask kept = ask;
                while (again) {
                    again = false;
                    for (Message fewer : lessThan(kept.request())) {
                        Act.Ask candidate = new Act.Ask(kept.atMillis(), (SubscribeRequest) fewer);
                        List<Act> acts =
                                new ArrayList<>(smallest.parts().get(part).acts());
                        acts.set(act, candidate);
                        if (isSmaller(with(part, acts))) {
                            kept = candidate;
                            again = true;
                            any = true;
                            break;
                        }
                    }
                }
            }
        }
        return any;
    }

    private Story with(int part, List<Act> acts) {
        List<Part> parts = new ArrayList<>(smallest.parts());
        parts.set(part, new Part(parts.get(part).monitor(), acts));
        return smallest.with(parts);
    }

    /** The message with one thing less, in every way. */
    private static List<Message> lessThan(Message message) {
        List<Message> found = new ArrayList<>();
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            if (!field.isRepeated()) {
                found.add(message.toBuilder().clearField(field).build());
                continue;
            }
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                found.add(with(message, field, i, null));
            }
        }
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            if (field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                    int at = i;
                    lessThan((Message) message.getRepeatedField(field, i)).stream()
                            .filter(entry ->
                                    !field.isMapField() || entry.getAllFields().size() == 2)
                            .forEach(entry -> found.add(with(message, field, at, entry)));
                }
            } else if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                lessThan((Message) message.getField(field))
                        .forEach(part -> found.add(
                                message.toBuilder().setField(field, part).build()));
            }
        }
        return found;
    }

    private static Message with(
            Message message, FieldDescriptor field, int at, @org.jspecify.annotations.Nullable Message instead) {
        Message.Builder builder = message.toBuilder().clearField(field);
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            if (i != at) {
                builder.addRepeatedField(field, message.getRepeatedField(field, i));
            } else if (instead != null) {
                builder.addRepeatedField(field, instead);
            }
        }
        return builder.build();
    }
}
