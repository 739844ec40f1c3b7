// What the type of a known network is made of.
#pragma once

#include <dsl/typenet.hpp>
#include <runtime/data/augment.hpp>
#include <runtime/data/image.hpp>
#include <utility>

namespace photos {

using namespace tn;

// A known network is a struct with these members, and its registration (register_network.hpp), in one file of the
// folder known/:
//
//     name, purpose             as `photos networks` lists them
//     Of<Samples>               the Net for batches of up to so many photographs: its input has 1 channel or 3, and its
//                               last layer is Dense<1000>, of whose outputs a run uses as many as there are classes
//                               (Model::active_outputs). That costs 0.2 % of a training step, and saves compiling the
//                               program for every number of classes.
//     infer_batch               how many photographs it is shown at a time when it answers
//     TrainBatches              std::integer_sequence<int, ...>: the largest batches that training is compiled for
//     least_bytes               on the CPU training is compiled for the smallest of them Within so many bytes, too: for
//                               photos train --memory; without it, it is not
//     tune_batch                the largest batch that fine-tuning is compiled for: all layers, with the batch
//                               normalisation folded into the convolutions; without it only the last layer is trained
//     fit                       how a photograph of other sides is brought to its own; without it stretched
//     normalise                 what pretrained weights expect; without it fitted to the photographs
//     tensor_names()            names of its tensors in files of pretrained weights, one list for each program that
//                               writes such files; without it, it takes none

}  // namespace photos
