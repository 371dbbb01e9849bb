package dev.caravan.worker.app.prompt;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.template.Conversation;
import dev.caravan.template.PromptTemplate;
import dev.caravan.template.TemplateException;
import dev.caravan.template.Thinking;
import dev.caravan.template.ThinkingTags;
import dev.caravan.worker.app.store.StoredModel;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Optional;
import java.util.function.Supplier;

/** Prompts by the interpreter; parsed templates are kept. */
public final class GoPromptTemplates implements PromptTemplates {

    /** Ollama's status for a template that it cannot use. */
    private static final int UNUSABLE = 500;

    private static final int KEPT = 64;

    private final LoadingCache<String, PromptTemplate> parsed =
            Caffeine.newBuilder().maximumSize(KEPT).build(PromptTemplate::parse);

    private final Clock clock;

    /**
     * @param clock whose day {@code currentDate} gives
     */
    public GoPromptTemplates(Clock clock) {
        this.clock = clock;
    }

    @Override
    public boolean has(StoredModel model) {
        return used(() -> own(model).isPresent());
    }

    @Override
    public Optional<String> render(StoredModel model, Conversation conversation) {
        return used(() -> own(model).map(template -> template.render(conversation, today())));
    }

    @Override
    public String render(String template, Conversation conversation) {
        return used(() -> parsed.get(template).render(conversation, today()));
    }

    @Override
    public String fillIn(
            StoredModel model,
            Optional<String> template,
            String before,
            String after,
            Thinking thinking) {
        return used(
                () ->
                        template.or(model::template)
                                .map(parsed::get)
                                .map(found -> found.fillIn(before, after, thinking, today()))
                                .orElse(before));
    }

    @Override
    public Optional<ThinkingTags> thinkingTags(StoredModel model) {
        return used(() -> own(model).flatMap(PromptTemplate::thinkingTags));
    }

    @Override
    public Optional<String> callTag(StoredModel model) {
        return used(() -> own(model).flatMap(PromptTemplate::callTag));
    }

    private Optional<PromptTemplate> own(StoredModel model) {
        return model.template()
                .filter(text -> TemplateChoice.isGo(text, model.parts().chatTemplate()))
                .map(parsed::get);
    }

    private LocalDate today() {
        return LocalDate.now(clock);
    }

    private static <T> T used(Supplier<T> use) {
        try {
            return use.get();
        } catch (TemplateException unusable) {
            throw new EngineRefusal(UNUSABLE, String.valueOf(unusable.getMessage()));
        }
    }
}
