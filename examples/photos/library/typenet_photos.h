/* Classifies photographs with a model that `photos train` saved: a C interface, C99 and later, also from C++.
 *
 * Every function that can fail returns a typenet_status, and typenet_photos_error() says in words what was wrong. No
 * function ends the program, throws, prints, or keeps a pointer that it was given.
 *
 * Threads: any thread may call any function at any time. Calls that classify with one model wait for each other; to
 * classify at the same time, open the file once a thread. A model must not be closed while another call uses it.
 */
#ifndef TYPENET_PHOTOS_H
#define TYPENET_PHOTOS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model: its network, weights, classes and threads. */
typedef struct typenet_photos typenet_photos;

typedef enum typenet_status {
    TYPENET_OK = 0,
    TYPENET_BAD_ARGUMENT = 1, /* a null pointer, a number out of range */
    TYPENET_BAD_FILE = 2,     /* a model or a picture that cannot be read or is damaged */
    TYPENET_NO_MEMORY = 3,
    TYPENET_FAILED = 4 /* anything else, as a thread that the system does not give */
} typenet_status;

/* Opens a model file. `threads` are 1 to 1024 or 0 for every core. *model is null where it cannot be opened. */
typenet_status typenet_photos_open(const char* path, int threads, typenet_photos** model);

/* Null is allowed. */
void typenet_photos_close(typenet_photos* model);

/* What was wrong in the last call of this thread that failed; "" where none has. Valid until its next call that fails.
 */
const char* typenet_photos_error(void);

/* How many classes there are; 0 of null. */
int typenet_photos_classes(const typenet_photos* model);

/* The name of class 0 .. classes-1 in UTF-8, valid until the model is closed; null for other numbers. */
const char* typenet_photos_class_name(const typenet_photos* model, int number);

/* The probability of every class. `pixels` are rows of bytes from the top, 0 black to 255 white, with `channels` 1
 * (grey) or 3 (red, green, blue) a pixel, and `stride` bytes from one row to the next, 0: width * channels. The picture
 * may have any size up to 65535 a side and 200 megapixels: it is resized as in training. Colours become grey as (77 red
 * + 150 green + 29 blue) / 256. `probabilities` has room for every class. */
typenet_status typenet_photos_classify(typenet_photos* model, const unsigned char* pixels, int width, int height,
                                       int channels, size_t stride, float* probabilities);

/* The same of a picture file, as `photos predict` does: of JPEG, PNG, GIF, BMP, PGM, PPM and PBM, and of WebP, HEIC and
 * AVIF where libwebp and libheif were found when this was built. */
typenet_status typenet_photos_classify_file(typenet_photos* model, const char* path, float* probabilities);

/* The same of `count` pictures of one size, which lie `picture_stride` bytes apart, 0: height times the bytes from row
 * to row. They go through the network together, as many at a time as it takes, and every thread resizes some.
 * `probabilities` are [count][classes]; they may differ from those of one picture by itself in the last digit of a
 * float, since products are summed in another order. */
typenet_status typenet_photos_classify_batch(typenet_photos* model, const unsigned char* pixels, int count, int width,
                                             int height, int channels, size_t stride, size_t picture_stride,
                                             float* probabilities);

/* The same of `count` picture files. Where one cannot be read, no probability is written. */
typenet_status typenet_photos_classify_files(typenet_photos* model, const char* const* paths, int count,
                                             float* probabilities);

/* The numbers of the `top` most probable of `classes` classes, the most probable first, of equals the lower number.
 * `top` is 1 to `classes`. */
typenet_status typenet_photos_top(const float* probabilities, int classes, int top, int* numbers);

#ifdef __cplusplus
}
#endif

#endif
