// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_ARROW_MODULE_HPP
#define FLOWLOG_DETAIL_ARROW_MODULE_HPP

//      program                          libflowlog_arrow.so            libarrow, libarrow_s3,
//      libparquet
//
//      object_store.hpp  -- store_functions    --> src/arrow/store.cpp   --> arrow::fs
//      parquet.hpp       -- parquet_functions  --> src/arrow/parquet.cpp --> parquet::arrow
//
// Only C crosses the line between the program and the module: functions, plain structures and the
// Arrow C data interface. So the program is built without Arrow's headers, may have a standard
// library of its own, and loads the module when it first needs it.

#include <cstdint>

// https://arrow.apache.org/docs/format/CDataInterface.html
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
extern "C" {
struct ArrowSchema {
    char const* format;
    char const* name;
    char const* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    ArrowSchema** children;
    ArrowSchema* dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};
struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    void const** buffers;
    ArrowArray** children;
    ArrowArray* dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};
}
#endif

namespace flowlog::detail {

extern "C" {

/// What a function of the module returns: 0, or why it failed. A function that fails sets `*error`
/// to a message that the caller frees with `std::free`.
enum module_status : std::int32_t {
    module_ok = 0,
    module_not_found,    ///< no such bucket, container or object
    module_forbidden,    ///< the credentials do not permit it, or are wrong, or are missing
    module_unavailable,  ///< the server cannot be reached, or still fails after all retries
    module_changed,      ///< the object is not the one that was listed
    module_corrupt,      ///< the file is damaged
    module_unsupported,  ///< the file, or the store, needs what Arrow does not have
    module_stopped,      ///< a callback returned a value other than 0
    module_failed        ///< anything else
};

/// How a store is reached. A null text is not set: then the environment and the files of the
/// store's own tools decide.
struct module_store_options {
    char const* endpoint;    ///< URL of the server
    char const* region;      ///< of the buckets
    std::int32_t anonymous;  ///< 1: requests are not signed
    double timeout;          ///< seconds without an answer, or a byte, after which a request fails
    std::int32_t retries;    ///< how often a request is repeated, except one of `read`
    std::int32_t requests;   ///< how many may run at once
};

/// An object, or a folder, of a store.
struct module_object {
    char const* path;        ///< `bucket/key`
    std::uint64_t size;      ///< in bytes
    std::int64_t modified;   ///< microseconds since 1970, or the smallest value
    std::int32_t is_folder;  ///< 1: what a listing that is not recursive found below a prefix
};

/// Receives an object of a listing; a value other than 0 ends the listing.
using module_object_callback = std::int32_t (*)(void* context, module_object const* object);

/// Object stores: S3, Google Cloud Storage, Azure Blob Storage, HDFS.
struct store_functions {
    /// Connects to the store of a URI such as `s3://bucket`, without a key; `*path` becomes the
    /// path of the URI within the store (`bucket`; freed with `std::free`).
    std::int32_t (*open)(char const* uri, module_store_options const* options, void** store,
                         char** path, char** error);
    void (*close)(void* store);
    /// Lists what is below `path`, in order of name; adds to `*requests` how many requests were
    /// made.
    std::int32_t (*list)(void* store, char const* path, std::int32_t recursive, void* context,
                         module_object_callback use, std::uint64_t* requests, char** error);
    /// The size of an object, and a text that changes when it does (an ETag; empty if the store has
    /// none; freed with `std::free`).
    std::int32_t (*stat)(void* store, char const* path, std::uint64_t* size, char** tag,
                         char** error);
    /// Reads `size` bytes from `offset` on in one request, which is not repeated; `*got` is less
    /// only at the end. It may be less than there is if the object ends with the last bytes of a
    /// random pattern (Arrow tells no better), so a lack of bytes is to be checked by `stat`.
    std::int32_t (*read)(void* store, char const* path, std::uint64_t offset, char* buffer,
                         std::uint64_t size, std::uint64_t* got, char** error);
    /// Writes an object, which appears when it is finished; `abandon` leaves nothing behind.
    /// `finish` and `abandon` end the writer.
    std::int32_t (*create)(void* store, char const* path, void** writer, char** error);
    std::int32_t (*write)(void* writer, char const* bytes, std::uint64_t size, char** error);
    std::int32_t (*finish)(void* writer, char** error);
    void (*abandon)(void* writer);
    /// Ends what the stores keep running. No store may be open, and none is opened afterwards.
    void (*shut_down)();
};

/// Reads bytes at an offset for the module: returns how many, fewer than asked for only at the end,
/// or a negative number if that failed.
using module_read_callback = std::int64_t (*)(void* context, std::uint64_t offset, char* buffer,
                                              std::uint64_t size);
/// Takes bytes from the module; a value other than 0 is a failure.
using module_write_callback = std::int32_t (*)(void* context, char const* bytes,
                                               std::uint64_t size);

/// What the statistics of a column say of a row group.
struct parquet_bounds {
    std::int32_t known;  ///< 0: nothing is known
    std::int64_t min;
    std::int64_t max;
};

/// A row group of a Parquet file.
struct parquet_group {
    std::int64_t rows;
    std::uint64_t offset;  ///< of its first byte
    std::uint64_t size;    ///< of its columns, compressed, in bytes
    char const* codec;     ///< of its first column; valid in this thread until the next call
};

struct parquet_write_options {
    char const* codec;   ///< "zstd", "snappy", "gzip", "lz4", "none"
    std::int32_t level;  ///< of the codec; negative: its default
    /// The numbers of columns without statistics, which take time to collect.
    std::int32_t const* no_statistics;
    std::int32_t no_statistics_count;
};

/// Parquet files. A file is used by one thread at a time; several may be open on the same bytes.
struct parquet_functions {
    /// Reads the footer of a file of `size` bytes, unless it is taken over from `like`: the same
    /// file, opened before, or null. `read` is called until the file is closed.
    std::int32_t (*open)(void* context, module_read_callback read, std::uint64_t size,
                         void const* like, void** file, char** error);
    void (*close)(void* file);
    /// The columns, as Arrow will give them. The caller releases the schema.
    std::int32_t (*schema)(void* file, ArrowSchema* schema, char** error);
    /// The program that wrote the file; valid until it is closed.
    char const* (*created_by)(void* file);
    std::int32_t (*groups)(void* file);
    void (*group)(void* file, std::int32_t group, parquet_group* into);
    /// Statistics of a top-level integer or timestamp column, in the units of the schema.
    void (*bounds)(void* file, std::int32_t group, std::int32_t column, parquet_bounds* into);
    /// 1 if the statistics say that all rows of a top-level text column have this text.
    std::int32_t (*has_only)(void* file, std::int32_t group, std::int32_t column, char const* text);
    /// Begins to read some columns of a row group, in batches of at most `rows` rows. None of them
    /// may be nested. Several such streams may be read in turn.
    std::int32_t (*select)(void* file, std::int32_t group, std::int32_t const* columns,
                           std::int32_t column_count, std::int64_t rows, void** stream,
                           char** error);
    /// The next batch of a stream: a struct array of the selected columns in the order of the
    /// file, which the caller releases; `array->release` is null at the end of the row group.
    std::int32_t (*next)(void* stream, ArrowArray* array, char** error);
    /// Ends a stream. The file must still be open.
    void (*end)(void* stream);

    /// Writes a file of this schema, by `flowlog version …`; takes the schema over.
    std::int32_t (*create)(void* context, module_write_callback write, ArrowSchema* schema,
                           parquet_write_options const* options, void** writer, char** error);
    /// Writes a row group: a struct array of all columns, which it takes over.
    std::int32_t (*write)(void* writer, ArrowArray* array, char** error);
    /// Writes the footer. The writer still has to be ended.
    std::int32_t (*finish)(void* writer, char** error);
    /// Ends a writer, whether it has finished or not.
    void (*abandon)(void* writer);
};

/// The tables of functions; null if the module was built for another `version` of this header.
/// The one symbol of the module.
struct arrow_module {
    store_functions const* store;
    parquet_functions const* parquet;
};
inline constexpr std::int32_t arrow_module_version = 2;
using arrow_module_function = arrow_module const* (*)(std::int32_t version);
}

}  // namespace flowlog::detail

#endif
