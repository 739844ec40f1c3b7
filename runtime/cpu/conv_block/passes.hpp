// The arguments of a block's three passes.
#pragma once

namespace tn {
class ProcessGroup;
}

namespace tn::cpu {

/// A training step's forward pass over n samples. x [n][channels][height][width], weight
/// [filters][channels][kernel_h][kernel_w], bias, gamma and beta [filters], y [n][filters][y_h][y_w].
/// bias may be null. gamma, beta, the running statistics, momentum and epsilon are read only with norm: the batch's own
/// mean and variance normalise, and the running ones move towards them by `momentum`, the variance as its unbiased
/// estimate (Ioffe and Szegedy, "Batch normalization", 2015). running_mean and running_var may be null.
struct ConvForward {
    int n;
    const float *x, *weight, *bias, *gamma, *beta;
    float *y, *saved, *work;
    float *running_mean, *running_var;
    float momentum, epsilon;
    ProcessGroup* group = nullptr;  ///< shares the batch: its mean and variance are those of all processes' samples
};

/// Evaluation: the running mean and variance normalise; nothing is saved.
struct ConvInfer {
    int n;
    const float *x, *weight, *bias, *gamma, *beta, *running_mean, *running_var;
    float epsilon;
    float *y, *work;
};

/// The gradients, from dy and from what forward left in `saved` for the same n. dx null: not computed. dbias, dgamma
/// and dbeta may be null where the block has none. With norm the bias cancels: dbias is zero.
/// `adds`: the gradients of parameters are added to what is there, by passes that say that they can.
struct ConvBackward {
    int n;
    const float *x, *weight, *gamma, *beta, *dy;
    float *saved, *dx, *dweight, *dbias, *dgamma, *dbeta, *work;
    ProcessGroup* group = nullptr;  ///< that of forward; dweight, dbias, dgamma and dbeta are of this process's samples
    bool adds = false;
};

}  // namespace tn::cpu
