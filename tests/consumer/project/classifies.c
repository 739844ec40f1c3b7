/* The installed C library: it is found, and says why a model cannot be opened. */
#include <stdio.h>
#include <string.h>
#include <typenet_photos.h>

int main(void) {
    typenet_photos* model = NULL;
    const typenet_status status = typenet_photos_open("/nowhere/model.safetensors", 1, &model);
    printf("%s\n", typenet_photos_error());
    return status == TYPENET_BAD_FILE && !model && strstr(typenet_photos_error(), "/nowhere/model.safetensors") ? 0 : 1;
}
