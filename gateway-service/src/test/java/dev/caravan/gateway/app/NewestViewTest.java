package dev.caravan.gateway.app;

import static dev.caravan.gateway.app.Fixtures.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class NewestViewTest {

    private final NewestView views = new NewestView();

    @Test
    void anOldViewUndoesNothing() {
        assertThat(views.offer(view(2))).isTrue();

        assertThat(views.offer(view(1))).isFalse();
        assertThat(views.offer(view(2))).isFalse();
        assertThat(views.current().version()).isEqualTo(new Version(1, 2));
    }

    @Test
    void tellsTheCurrentViewAndThenEachNewerOne() {
        List<Long> told = new ArrayList<>();
        views.offer(view(1));
        views.updates().map(ClusterView::version).subscribe(seen -> told.add(seen.number()));

        views.offer(view(3));
        views.offer(view(2));
        views.offer(view(4));

        assertThat(told).containsExactly(1L, 3L, 4L);
    }

    @Test
    void keepsTheNewestOfManyOfferedAtOnce() {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                var random = new SplittableRandom(thread);
                threads.execute(
                        () -> {
                            for (int round = 0; round < 2_000; round++) {
                                views.offer(view(random.nextLong(10_000)));
                            }
                        });
            }
        }

        views.offer(view(10_000));
        assertThat(views.current().version().number()).isEqualTo(10_000);
    }
}
