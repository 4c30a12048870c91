/// What LeakSanitizer shall not report: memory that the libraries keep until the process ends.

#if defined(__SANITIZE_ADDRESS__)
extern "C" const char* __lsan_default_suppressions(); // NOLINT: the sanitizer's own name
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libgstreamer-1.0\n" // element registry
           "leak:libglib-2.0\n"
           "leak:libgobject-2.0\n" // type registry
        ;
}
#endif
