// SPDX-License-Identifier: BSL-1.0
// Aggregators that are nearly right. None of them compiles: tests/aggregate/rejected.cmake checks
// that an error with the sentence of each comment `rejected` below names the class after it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

using namespace flowlog;

struct adds_bytes {
    std::uint64_t bytes = 0;
    template <flow_record Record>
    void add(Record const& record) {
        bytes += *record[field::bytes];
    }
};
struct reads_bytes {
    using fields = field_list<field_id::bytes>;
};

// rejected: an aggregator says which fields it reads
struct without_fields : adds_bytes {
    void merge(without_fields&&) {}
};

// rejected: an aggregator has fields or uses(), not both
struct with_both : adds_bytes, reads_bytes {
    auto uses() const -> std::vector<field_use> { return {}; }
    void merge(with_both&&) {}
};

// rejected: the member fields of an aggregator is a type
struct fields_as_values : adds_bytes {
    static constexpr auto fields = std::array{field_id::bytes};
    void merge(fields_as_values&&) {}
};

// rejected: the member uses of an aggregator is
struct uses_that_changes : adds_bytes {
    auto uses() -> std::vector<field_use> { return {{field_id::bytes}}; }
    void merge(uses_that_changes&&) {}
};

// rejected: the list of fields that a record may lack is called nullable_fields
struct misspelt_nullable : adds_bytes, reads_bytes {
    using nullable_field = field_list<field_id::action>;
    void merge(misspelt_nullable&&) {}
};

// rejected: the member nullable_fields of an aggregator is a type
struct nullable_without_list : adds_bytes, reads_bytes {
    using nullable_fields = field_key<field_id::action>;
    void merge(nullable_without_list&&) {}
};

// rejected: an aggregator needs a member add that takes any record
struct add_without_record : reads_bytes {
    void add() {}
    void merge(add_without_record&&) {}
};

// rejected: an aggregator needs a member merge that takes another one as an rvalue
struct merge_of_lvalue : adds_bytes, reads_bytes {
    void merge(merge_of_lvalue&) {}
};

// rejected: an aggregator needs a member merge that takes another one as an rvalue
struct without_merge : adds_bytes, reads_bytes {};

// rejected: the member add_batch of an aggregator takes any batch and returns how many
struct add_batch_to_void : adds_bytes, reads_bytes {
    template <record_batch Batch>
    void add_batch(Batch const&) {}
    void merge(add_batch_to_void&&) {}
};

// rejected: the member add_batch of an aggregator takes any batch and returns how many
struct add_batch_of_vector final : adds_bytes, reads_bytes {
    auto add_batch(std::vector<flow> const& flows) -> std::size_t { return flows.size(); }
    void merge(add_batch_of_vector&&) {}
};

// rejected: the member add_batch of an aggregator takes any batch and returns how many
class private_add_batch : public adds_bytes, public reads_bytes {
public:
    void merge(private_add_batch&&) {}

private:
    template <record_batch Batch>
    auto add_batch(Batch const& batch) -> std::size_t {
        return batch.size();
    }
};

// rejected: the member try_add of an aggregator takes any record and returns bool
struct try_add_to_int : adds_bytes, reads_bytes {
    template <flow_record Record>
    auto try_add(Record const&) -> int {
        return 1;
    }
    void merge(try_add_to_int&&) {}
};

// rejected: the member offending_field_of of an aggregator is
struct offending_field_as_bool : adds_bytes, reads_bytes {
    template <flow_record Record>
    auto offending_field_of(Record const&) const -> bool {
        return false;
    }
    void merge(offending_field_as_bool&&) {}
};

// rejected: the member count_addable of an aggregator takes any batch and returns how many
struct count_addable_to_bool : adds_bytes, reads_bytes {
    template <record_batch Batch>
    auto count_addable(Batch const&) -> bool {
        return true;
    }
    void merge(count_addable_to_bool&&) {}
};

// rejected: an aggregator reads a field that it does not declare
struct packets : reads_bytes {
    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(record[field::packets]);
    }
    void merge(packets&&) {}
};

// rejected: an aggregator that can be saved has both
struct saved_for_ever : adds_bytes, reads_bytes {
    void save(state_writer&) const {}
    void merge(saved_for_ever&&) {}
};

struct right : adds_bytes, reads_bytes {
    void merge(right&&) {}
};

template <class A>
void count(text_reader<memory_source>& reader) {
    add_all(reader, *static_cast<A*>(nullptr));
}

void count_all(text_reader<memory_source>& reader) {
    count<without_fields>(reader);
    count<with_both>(reader);
    count<fields_as_values>(reader);
    count<uses_that_changes>(reader);
    count<misspelt_nullable>(reader);
    count<nullable_without_list>(reader);
    count<add_without_record>(reader);
    count<merge_of_lvalue>(reader);
    count<all_of<without_merge>>(reader);
    count<add_batch_to_void>(reader);
    count<add_batch_of_vector>(reader);
    count<filtered<bool (*)(text_record const&), private_add_batch>>(reader);
    count<try_add_to_int>(reader);
    count<offending_field_as_bool>(reader);
    count<all_of<right, count_addable_to_bool>>(reader);
    count<packets>(reader);
    count<saved_for_ever>(reader);
}

// rejected: this grouping does not compute the measure that is to rank its groups
auto rank(grouping<field_list<field_id::srcaddr>, std::tuple<decltype(measures::count)>>& groups) {
    return groups.top(3, measures::sum<field::bytes>);
}

// rejected: average, ratio and percentile need numbers, min and max need a number or a time
auto dstaddr = measures::sum<field::dstaddr>.value;
