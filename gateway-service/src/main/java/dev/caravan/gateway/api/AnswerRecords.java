package dev.caravan.gateway.api;

import dev.caravan.gateway.dialect.ollama.RunningAnswer;
import dev.caravan.gateway.dialect.ollama.ShowAnswer;
import dev.caravan.gateway.dialect.ollama.TagsAnswer;
import java.util.List;

/** The records that answers are written from, for the document of all routes. */
public final class AnswerRecords {

    public static final List<Class<?>> ALL =
            List.of(
                    SystemHandler.Version.class,
                    SystemHandler.Status.class,
                    SystemHandler.Cluster.class,
                    InferenceRoutes.RequestList.class,
                    CloudRoutes.Recommendations.class,
                    TagsAnswer.class,
                    RunningAnswer.class,
                    ShowAnswer.class);

    private AnswerRecords() {}
}
