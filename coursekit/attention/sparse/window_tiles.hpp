// Como a janela se corta: a tarefa que vem do Python, os blocos de consultas, os ladrilhos de
// chaves, e quem vê quem dentro deles.

#pragma once

#include <cstdint>
#include <new>

#include "kernel_vectors.hpp"

namespace {

// O que o Python manda calcular: um trecho das consultas de uma cabeça. As linhas são contíguas.

template <typename T> struct Task {
    const T *query, *key, *value;  // (T, D), (T, D), (T, Dv), do começo da cabeça
    T *context, *statistics;       // (T, Dv); (T, 2): máximo e inverso da soma de cada consulta
    const T* incoming;             // (T, Dv): gradiente do contexto; só na volta
    T* d_query;                    // (T, D)
    T *d_key[3], *d_value[3];      // antes do trecho, no trecho, depois dele: linhas de chaves
    std::int64_t key_start[4];     // onde cada um desses pedaços começa, e o fim
    std::int64_t start, stop;      // consultas do trecho; todas veem ao menos uma chave
    std::int64_t limit;            // quantas chaves valem
    std::int64_t width, value_width;
    std::int64_t left, right;      // alcance da janela
    double scale;
};

constexpr double LOG2_E = 1.442695040888963407359924681002;

inline Index smallest(Index a, Index b) { return a < b ? a : b; }
inline Index largest(Index a, Index b) { return a > b ? a : b; }
inline Index round_up(Index size, Index step) { return (size + step - 1) / step * step; }

// Rascunho alinhado à linha do cache.
template <typename T> class Scratch {
  public:
    explicit Scratch(Index size)
        : memory_(static_cast<T*>(::operator new(largest(size, 1) * sizeof(T), ALIGNMENT))) {}
    ~Scratch() { ::operator delete(memory_, ALIGNMENT); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    T* get() const { return memory_; }

  private:
    static constexpr std::align_val_t ALIGNMENT{64};
    T* memory_;
};

// Um bloco de consultas: começo, quantas de verdade, e as chaves que alguma delas vê.
template <typename T> struct Block {
    Index start, count, first_key, last_key;  // last_key: a primeira que já não se vê

    Block(const Task<T>& task, Index from)
        : start(from), count(smallest(BLOCK<T>, task.stop - from)),
          first_key(largest(0, from - task.left)),
          last_key(smallest(task.limit, from + count + task.right)) {}
};

// Um ladrilho: chaves seguidas que interessam aos mesmos vetores de consultas.
template <typename T> struct Tile {
    Index start, stop;                // chaves
    Index first_vector, last_vector;  // vetores do bloco que veem alguma delas

    Index keys() const { return stop - start; }
    Index vectors() const { return last_vector - first_vector; }
    Index offset() const { return first_vector * WIDTH<T>; }

    // O ladrilho que começa em `from`: acaba onde algum vetor começa ou deixa de ver.
    Tile(const Task<T>& task, const Block<T>& block, Index from)
        : start(from), stop(smallest(block.last_key, from + TILE)), first_vector(VECTORS),
          last_vector(0) {
        for (Index v = 0; v < VECTORS; ++v) {
            const Index query = block.start + v * WIDTH<T>;
            const Index opens = query - task.left, closes = query + WIDTH<T> + task.right;
            if (opens > from) stop = smallest(stop, opens);
            if (closes > from) stop = smallest(stop, closes);
            if (opens <= from && from < closes && v * WIDTH<T> < block.count) {
                first_vector = smallest(first_vector, v);
                last_vector = v + 1;
            }
        }
    }
};

// Diz, de cada consulta de um vetor, se ela vê a chave.
template <typename T> struct Sight {
    Integers<T> ahead;  // posição de cada casa do vetor
    Sight() {
        for (int i = 0; i < WIDTH<T>; ++i) ahead[i] = i;
    }
    // `key` contada do começo do vetor.
    Integers<T> of(const Task<T>& task, Index key) const {
        typedef typename Types<T>::Integer Integer;
        const Integer low = static_cast<Integer>(largest(key - task.right, 0));
        const Integer high = static_cast<Integer>(smallest(key + task.left, WIDTH<T>));
        return (ahead >= low) & (ahead <= high);
    }
    // Se todas a veem, não é preciso esconder nada.
    bool whole(const Task<T>& task, Index key) const {
        return key - task.right <= 0 && key + task.left >= WIDTH<T> - 1;
    }
};

template <typename T> inline void clear(T* numbers, Index count) {
    for (Index i = 0; i < count; ++i) numbers[i] = 0;
}

// Se há nan ou infinito: 0 vezes qualquer outro número é 0.
template <typename T> bool broken(const T* numbers, Index count) {
    Vector<T> sums[4]{};
    Index i = 0;
    for (; i + 4 * WIDTH<T> <= count; i += 4 * WIDTH<T>)
        for (int k = 0; k < 4; ++k) sums[k] += load(numbers + i + k * WIDTH<T>) * T(0);
    const Vector<T> sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    T total = 0;
    for (int lane = 0; lane < WIDTH<T>; ++lane) total += sum[lane];
    for (; i < count; ++i) total += numbers[i] * T(0);
    return !(total == 0);
}

}  // namespace
