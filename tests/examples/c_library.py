"""usage: c_library.py LIBRARY MODEL FILE    the probability of every class of a picture file, through ctypes"""
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
library.typenet_photos_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)]
library.typenet_photos_close.argtypes = [ctypes.c_void_p]
library.typenet_photos_error.restype = ctypes.c_char_p
library.typenet_photos_classes.argtypes = [ctypes.c_void_p]
library.typenet_photos_class_name.argtypes = [ctypes.c_void_p, ctypes.c_int]
library.typenet_photos_class_name.restype = ctypes.c_char_p
library.typenet_photos_classify_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_float)]


def check(status):
    if status != 0:
        sys.exit(library.typenet_photos_error().decode())


model = ctypes.c_void_p()
check(library.typenet_photos_open(sys.argv[2].encode(), 1, ctypes.byref(model)))
classes = library.typenet_photos_classes(model)
probabilities = (ctypes.c_float * classes)()
check(library.typenet_photos_classify_file(model, sys.argv[3].encode(), probabilities))
for i, value in enumerate(probabilities):
    print(library.typenet_photos_class_name(model, i).decode(), value.hex())
library.typenet_photos_close(model)
