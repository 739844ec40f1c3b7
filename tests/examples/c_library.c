/* usage: c_library MODEL FILE            prints the probability of every class of a picture file
 *        c_library MODEL PIXELS W H C S  the same of raw pixels, rows of S bytes
 * Then what the library says of calls that are wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <typenet_photos.h>

static void report(const char* what, typenet_status status) {
    printf("%s: %d %s\n", what, (int)status, status == TYPENET_OK ? "" : typenet_photos_error());
}

int main(int argc, char** argv) {
    typenet_photos* model = NULL;
    typenet_photos* none = NULL;
    static unsigned char pixels[1 << 20];
    static float probabilities[1000];
    typenet_status status;
    int i;
    if (argc != 3 && argc != 7) return 2;
    if (typenet_photos_open(argv[1], 1, &model) != TYPENET_OK) {
        printf("%s\n", typenet_photos_error());
        return 1;
    }
    if (argc == 3) {
        status = typenet_photos_classify_file(model, argv[2], probabilities);
    } else {
        FILE* file = fopen(argv[2], "rb");
        if (!file || fread(pixels, 1, sizeof pixels, file) == 0) return 2;
        fclose(file);
        status = typenet_photos_classify(model, pixels, atoi(argv[3]), atoi(argv[4]), atoi(argv[5]),
                                         (size_t)atoi(argv[6]), probabilities);
    }
    if (status != TYPENET_OK) {
        printf("%d %s\n", (int)status, typenet_photos_error());
        return 1;
    }
    for (i = 0; i < typenet_photos_classes(model); ++i)
        printf("%s %a\n", typenet_photos_class_name(model, i), (double)probabilities[i]);

    report("no path", typenet_photos_open(NULL, 1, &none));
    report("threads", typenet_photos_open(argv[1], -1, &none));
    report("no file", typenet_photos_open("/nowhere/model", 1, &none));
    report("no model", typenet_photos_classify(NULL, pixels, 1, 1, 1, 0, probabilities));
    report("width", typenet_photos_classify(model, pixels, 0, 1, 1, 0, probabilities));
    report("channels", typenet_photos_classify(model, pixels, 1, 1, 2, 0, probabilities));
    report("stride", typenet_photos_classify(model, pixels, 5, 1, 3, 14, probabilities));
    report("no picture", typenet_photos_classify_file(model, argv[1], probabilities));
    printf("names: %d %d, classes of null: %d\n", typenet_photos_class_name(model, -1) == NULL,
           typenet_photos_class_name(model, typenet_photos_classes(model)) == NULL, typenet_photos_classes(NULL));
    report("count", typenet_photos_classify_batch(model, pixels, -1, 2, 2, 1, 0, 0, probabilities));
    report("apart", typenet_photos_classify_batch(model, pixels, 2, 2, 2, 1, 0, 3, probabilities));
    report("top", typenet_photos_top(probabilities, 3, 4, &i));
    typenet_photos_close(model);
    typenet_photos_close(NULL);
    return 0;
}
