#include "examples/photos/commands/train_inputs.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>

#include "examples/photos/networks/model.hpp"
#include "runtime/core/escape_text.hpp"
#include "runtime/data/fit_names.hpp"
#include "runtime/model/checkpoint.hpp"
#include "runtime/model/pretrained.hpp"
#include "runtime/model/weights.hpp"

namespace photos {

namespace {

constexpr const char* less_than_the_column =
    ",\nless than the column adds up to: layers are fused and buffers used again";

/// How a step takes its batch, where that is in parts.
std::string by_parts(const BuiltBatch& built) {
    if (built.parts == 1) return "";
    return fmt::format(
        "\na step takes its batch in parts of up to {}, whose gradients are summed;\nthe statistics of batch "
        "normalisation are those of each part",
        (built.batch + built.parts - 1) / built.parts);
}

/// Of more photographs it is not tried how they are best brought to size: they are in memory twice while it is.
constexpr int most_to_try = 5000;

std::size_t bytes_of_layers(const Summary& network) {
    std::size_t sum = 0;
    for (const SummaryRow& row : network.rows) sum += row.bytes;
    return sum;
}

/// How many threads a process takes when none is asked for: its share of the cores, where several are on one machine
/// that the launcher did not share out itself.
int threads_of(const ProcessGroup* group, int asked) {
    if (!group || asked != 0) return asked;
    cpu_set_t own;
    CPU_ZERO(&own);
    const int all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    const int allowed = ::sched_getaffinity(0, sizeof own, &own) == 0 ? CPU_COUNT(&own) : all;
    return std::max(1, allowed < all ? allowed : all / group->here());
}

std::unique_ptr<Networks> open_shared_networks(Machine machine, ProcessGroup* group) {
    machine.threads = threads_of(group, machine.threads);
    auto networks = open_networks(machine, group);
    if (group && !group->same(networks->kernel_set()))
        throw Error(
            "the processes have kernels for different instruction sets or precisions: ask for one that all "
            "have, as in --isa avx2");
    return networks;
}

ChosenBatch choose_shared_batch(const std::string& word, const NetworkModels& models, std::size_t free,
                                ProcessGroup* group) {
    const ChosenBatch chosen = choose_batch(word, models.batches(), free);
    if (group && !group->same(chosen.built))
        throw Error("the processes have room for batches of different sizes: name one, as in --batch 64 --memory 1G");
    return chosen;
}

SetOptions set_options(const TrainArguments& a) {
    SetOptions o = a.sets;
    o.hold_out = a.recipe.patience > 0;
    return o;
}

/// The batch that is taken when none is named: 64, or the largest that the network was compiled for if that is less.
std::string batch_word(const TrainArguments& a, const KnownNetwork& network) {
    if (a.batch.empty() && a.memory > 0) return "auto";
    return a.batch.empty() ? std::to_string(std::min(64, network.train_batch)) : a.batch;
}

/// " in 5 parts", where a step takes its batch so.
std::string in_parts(const BuiltBatch& built) {
    return built.parts > 1 ? fmt::format(" in {} parts", built.parts) : "";
}

/// What training may take: what is free, or less where it is told so.
std::size_t bytes_to_take(const TrainArguments& a, const NetworkModels& models, std::size_t free) {
    if (a.memory == 0) return free;
    if (const BuiltBatch least = models.batches().front(); least.bytes > a.memory)
        throw Error(fmt::format("--memory {} is too little: batches of {}{}, the smallest, take {} to train",
                                format_bytes(a.memory), least.batch, in_parts(least), format_bytes(least.bytes)));
    return std::min(free, a.memory);
}

/// Throws Error where something is asked for that training in stages has no use for.
void check_stages(const TrainArguments& a, const ChosenNetwork& chosen, const ProcessGroup* group) {
    RecipeOptions taken = a.recipe;
    const RecipeOptions usual;
    taken.iterations = usual.iterations;
    taken.weight_decay = usual.weight_decay;
    taken.warm_up = usual.warm_up;
    taken.schedule = usual.schedule;
    taken.class_weights = usual.class_weights;
    taken.patience = usual.patience;
    taken.clip = usual.clip;
    taken.evaluate_limit = usual.evaluate_limit;
    if (a.recipe != taken || !a.batch.empty() || a.memory > 0 || group)
        throw Error(fmt::format(
            "{}, {}, is trained in two stages, which take --epochs, --rate, --augmentation, "
            "--label-smoothing, --mixup, --cutmix, --average and --mirror, but no other recipe, batch, "
            "memory or second process: add --all-layers, or begin from scratch with --network colour-deep-128",
            chosen.network->name, chosen.why));
}

/// A run that is resumed has the photographs as it began.
Fit fit_to_begin_with(const TrainArguments& a, const KnownNetwork& network, const std::filesystem::path& model) {
    if (a.fit != "auto") return parse_fit(a.fit);
    if (a.resume) return fit_of(checkpoint_info(Safetensors(model), model.string()), network);
    return network.fit;
}

void print_pretrained(const Pretrained& found, const std::string& file, int classes) {
    fmt::print("weights of {}{}; ", escape_text(file),
               found.prefix.empty() ? "" : fmt::format(", whose names begin with {}", escape_text(found.prefix)));
    if (found.head)
        fmt::print("its last layer has {} outputs, too, and is taken over\n", classes);
    else if (found.head_rows > 0)
        fmt::print("its last layer has {} outputs and is replaced by one of {}\n", found.head_rows, classes);
    else
        fmt::print("it has no last layer, which begins anew\n");
}

}  // namespace

TrainInputs::TrainInputs(const TrainArguments& a, ProcessGroup* group)
    : model_file(std::filesystem::path(a.sets.output) / "model.safetensors"),
      augmentation(parse_augmentation(a.recipe.augmentation.value_or(usual_augmentation))),
      networks(open_shared_networks(a.machine, group)),
      // The trainer reads the model once more and compares it with the run; but that comes after the folder is made.
      chosen(choose_network(a.network, a.resume ? model_file : "", a.sets.folder, *networks)),
      models(networks->network(*chosen.network)) {
    check_augmentation(augmentation, chosen.network->shape);
    const bool in_stages = !chosen.pretrained.empty() && !a.all_layers;
    if (in_stages)
        check_stages(a, chosen, group);
    else
        batch = choose_shared_batch(batch_word(a, *chosen.network), *models,
                                    bytes_to_take(a, *models, networks->free_bytes()), group);
    if (in_stages) batch = {chosen.network->infer_batch, 0};
    built = models->batches()[batch.built];
    if (in_stages) built = {chosen.network->infer_batch, chosen.network->infer_bytes};
    network = models->summary(batch.built);
    const std::vector<NamedTensor> weights =
        chosen.pretrained.empty() || a.resume ? std::vector<NamedTensor>{} : read_weights_file(chosen.pretrained);
    const PictureShape shape = chosen.network->shape;
    fit = fit_to_begin_with(a, *chosen.network, model_file);
    sets = read_sets(set_options(a), shape, fit, networks->threads());
    if (in_stages && a.fit == "auto" && !a.resume && fit != Fit::stretch && !a.sets.folder.empty() &&
        sets.training.size() <= most_to_try) {
        SetOptions again = set_options(a);
        again.quiet = true;
        stretched = read_sets(again, shape, Fit::stretch, networks->threads());
    }
    options = train_options(a.recipe, augmentation, sets, *chosen.network, batch.batch, a.sets.seed);
    options.metadata[fit_key] = to_text(fit);
    options.metadata[ground_key] = to_text(parse_ground(a.sets.ground));
    options.group = networks->group();
    if (!group || group->rank() == 0) options.save_to = model_file;
    if (a.resume) options.resume_from = model_file;
    const int classes = static_cast<int>(options.classes.size());
    const auto begin = [&](auto& fresh) {
        fresh.active_outputs(classes);
        if (!weights.empty())
            print_pretrained(load_pretrained(weights, chosen.pretrained, fresh, chosen.network->tensor_names),
                             chosen.pretrained, classes);
    };
    if (in_stages) {
        pretrained = models->inference_model();
        begin(*pretrained);
        if (a.resume) load_checkpoint(model_file, *pretrained);
        return;
    }
    model = models->training_model(batch.built, a.sets.seed);
    begin(*model);
    if (!a.weights.empty()) load_weights(a.weights, *model);
}

void print_inputs(const TrainInputs& in, const ProcessGroup* group) {
    const Sets& sets = in.sets;
    fmt::print("{} classes, {} photographs to train on, {}{} to test on\n", sets.training.classes.size(),
               sets.training.size(),
               in.options.patience > 0 ? fmt::format("{} held out to decide when to stop, ", sets.held_out.size()) : "",
               sets.test.size());
    if (group)
        fmt::print("{} processes, {} of them on this machine, share every batch of {}\n", group->size(), group->here(),
                   in.batch.batch);
    fmt::print("{}\nnetwork {}, {}\n", in.networks->describe(), in.chosen.network->name, in.chosen.why);
    if (in.pretrained)
        fmt::print("{} parameters, of which the last layer's are trained first; needs {}\n",
                   in.chosen.network->parameters, format_bytes(in.built.bytes));
    else
        fmt::print("{}training in batches of {} needs {}{}{}\n", format(in.network), in.batch.batch,
                   format_bytes(in.built.bytes),
                   in.built.bytes < bytes_of_layers(in.network) ? less_than_the_column : "", by_parts(in.built));
    std::fflush(stdout);
}

}  // namespace photos
