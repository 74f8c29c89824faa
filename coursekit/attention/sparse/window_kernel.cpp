// Atenção em janela deslizante, exata, ida e volta: o limite prático deste processador.
//
// A conta é a de windowed_attention; o que muda é que nada aqui sai do cache sem precisar. Um
// bloco de consultas encontra as suas chaves um ladrilho por vez; de cada ladrilho só ficam o
// máximo, a soma e o contexto parciais de cada consulta (softmax em fluxo), e a volta recalcula
// os pesos em vez de lê-los. A memória de rascunho não depende do comprimento nem do raio.
//
// Tudo é guardado com as CONSULTAS AO LADO UMA DA OUTRA num vetor do processador: os escores são
// S^T[chave][consulta]. Assim o máximo e a soma de cada consulta são contas entre vetores, sem
// passar de uma casa do vetor para outra, e K e V são lidos como vieram, número a número, sem
// cópia. Só as consultas (ida) e o contexto (volta) trocam linhas por colunas, uma vez por bloco.
//
// Os expoentes são de base 2: as consultas entram multiplicadas por escala * log2(e), e
// exp(s - m) vira 2^(s' - m'). Nenhuma opção que mude nan ou infinito é usada na compilação.

#include <cstdint>
#include <new>

#include "kernel_vectors.hpp"
#include "window_tiles.hpp"

namespace {

// ---------------------------------------------------------------------------------------------
// Ida.

template <typename T> class Forward {
  public:
    explicit Forward(const Task<T>& task)
        : task_(task), query_(task.width * BLOCK<T>), context_(task.value_width * BLOCK<T>),
          scores_(TILE * BLOCK<T>) {}

    // Devolve se encontrou nan ou infinito em algo que se vê.
    bool run() {
        Index checked = 0;  // até que chave já se procurou
        for (Index start = task_.start; start < task_.stop; start += BLOCK<T>) {
            const Block<T> block(task_, start);
            checked = largest(checked, block.first_key);
            const Index fresh = block.last_key - checked;
            if (broken(task_.query + start * task_.width, block.count * task_.width) ||
                broken(task_.key + checked * task_.width, fresh * task_.width) ||
                broken(task_.value + checked * task_.value_width, fresh * task_.value_width))
                return true;
            checked = block.last_key;
            begin(block);
            for (Index key = block.first_key; key < block.last_key;) {
                const Tile<T> tile(task_, block, key);
                attend(block, tile);
                key = tile.stop;
            }
            finish(block);
        }
        return false;
    }

  private:
    void begin(const Block<T>& block) {
        T* query = query_.get();
        if (block.count < BLOCK<T>) clear(query, task_.width * BLOCK<T>);
        transpose<T>({task_.query + block.start * task_.width, task_.width}, block.count,
                     task_.width, {query, BLOCK<T>}, static_cast<T>(task_.scale * LOG2_E));
        clear(context_.get(), task_.value_width * BLOCK<T>);
        for (int v = 0; v < VECTORS; ++v) {
            peak_[v] = spread<T>(-INFINITE<T>);
            total_[v] = Vector<T>{};
        }
    }

    void attend(const Block<T>& block, const Tile<T>& tile) {
        const Index offset = tile.offset();
        product<T, true>({task_.key + tile.start * task_.width, task_.width},
                         {query_.get() + offset, BLOCK<T>}, {scores_.get() + offset, BLOCK<T>},
                         tile.keys(), tile.vectors(), task_.width, false);
        for (Index v = tile.first_vector; v < tile.last_vector; ++v) weigh(block, tile, v);
        product<T, false>({task_.value + tile.start * task_.value_width, task_.value_width},
                          {scores_.get() + offset, BLOCK<T>}, {context_.get() + offset, BLOCK<T>},
                          task_.value_width, tile.vectors(), tile.keys(), true);
    }

    // Troca os escores de um vetor de consultas por pesos ainda não divididos pela soma.
    void weigh(const Block<T>& block, const Tile<T>& tile, Index v) {
        T* column = scores_.get() + v * WIDTH<T>;
        const Index first = tile.start - block.start - v * WIDTH<T>;
        hide(column, first, tile.keys());
        const Vector<T> peak = highest(column, tile.keys(), peak_[v]);
        // Quem ainda não viu nada fica com máximo -inf, e -inf - (-inf) seria nan.
        const Vector<T> base = peak == -INFINITE<T> ? spread<T>(0) : peak;
        Vector<T> sum{};
        for (Index j = 0; j < tile.keys(); ++j) {
            const Vector<T> weight = exp2_vector<T>(load(column + j * BLOCK<T>) - base);
            sum += weight;
            store(column + j * BLOCK<T>, weight);
        }
        shrink(v, exp2_vector<T>(peak_[v] - base), sum);
        peak_[v] = peak;
    }

    // Escore -inf onde a consulta não vê a chave. As que todas veem são seguidas: se a primeira e a
    // última do ladrilho são dessas, todas são.
    void hide(T* column, Index first, Index keys) const {
        if (sight_.whole(task_, first) && sight_.whole(task_, first + keys - 1)) return;
        for (Index j = 0; j < keys; ++j) {
            const Vector<T> score = load(column + j * BLOCK<T>);
            store(column + j * BLOCK<T>,
                  sight_.of(task_, first + j) ? score : spread<T>(-INFINITE<T>));
        }
    }

    // O maior escore de cada consulta; quatro contas ao mesmo tempo, que uma só esperaria por si.
    static Vector<T> highest(const T* column, Index keys, Vector<T> peak) {
        Vector<T> peaks[4] = {peak, peak, peak, peak};
        Index j = 0;
        for (; j + 4 <= keys; j += 4)
            for (int k = 0; k < 4; ++k)
                peaks[k] = larger(load(column + (j + k) * BLOCK<T>), peaks[k]);
        for (; j < keys; ++j) peak = larger(load(column + j * BLOCK<T>), peak);
        return larger(larger(peaks[0], peaks[1]), larger(peaks[2], larger(peaks[3], peak)));
    }

    static Vector<T> larger(Vector<T> a, Vector<T> b) { return a > b ? a : b; }

    // O máximo subiu: o que já se somou encolhe na mesma proporção.
    void shrink(Index v, Vector<T> factor, Vector<T> sum) {
        total_[v] = total_[v] * factor + sum;
        T* column = context_.get() + v * WIDTH<T>;
        for (Index d = 0; d < task_.value_width; ++d)
            store(column + d * BLOCK<T>, load(column + d * BLOCK<T>) * factor);
    }

    void finish(const Block<T>& block) {
        for (int v = 0; v < VECTORS; ++v) {
            const Vector<T> inverse = spread<T>(1) / total_[v];
            T* column = context_.get() + v * WIDTH<T>;
            for (Index d = 0; d < task_.value_width; ++d)
                store(column + d * BLOCK<T>, load(column + d * BLOCK<T>) * inverse);
            for (Index i = 0; i < smallest(WIDTH<T>, block.count - v * WIDTH<T>); ++i) {
                T* pair = task_.statistics + 2 * (block.start + v * WIDTH<T> + i);
                pair[0] = peak_[v][i];
                pair[1] = inverse[i];
            }
        }
        transpose<T>({context_.get(), BLOCK<T>}, task_.value_width, block.count,
                     {task_.context + block.start * task_.value_width, task_.value_width}, T(1));
    }

    const Task<T>& task_;
    const Sight<T> sight_;
    const Scratch<T> query_, context_, scores_;  // (D, consultas), (Dv, consultas), S^T
    Vector<T> peak_[VECTORS], total_[VECTORS];
};

// ---------------------------------------------------------------------------------------------
// Volta. Com P recalculado: dV = P^T g, dS = P o (g V^T - g.o), dQ = dS K, dK = dS^T Q.

template <typename T> class Backward {
  public:
    explicit Backward(const Task<T>& task)
        : task_(task), padded_(round_up(task.width, WIDTH<T>)),
          padded_value_(round_up(task.value_width, WIDTH<T>)), query_(task.width * BLOCK<T>),
          incoming_(task.value_width * BLOCK<T>), d_query_(task.width * BLOCK<T>),
          weights_(TILE * BLOCK<T>), inner_(TILE * BLOCK<T>), query_rows_(padded_ * BLOCK<T>),
          incoming_rows_(padded_value_ * BLOCK<T>),
          stage_(TILE * largest(padded_, padded_value_)) {}

    void run() {
        for (int piece = 0; piece < 3; ++piece) {
            const Index keys = task_.key_start[piece + 1] - task_.key_start[piece];
            clear(task_.d_key[piece], keys * task_.width);
            clear(task_.d_value[piece], keys * task_.value_width);
        }
        for (Index start = task_.start; start < task_.stop; start += BLOCK<T>) {
            const Block<T> block(task_, start);
            begin(block);
            for (Index key = block.first_key; key < block.last_key;) {
                Tile<T> tile(task_, block, key);
                const int piece = piece_of(key);
                tile.stop = smallest(tile.stop, task_.key_start[piece + 1]);
                attend(block, tile);
                add_keys(block, tile, piece);
                key = tile.stop;
            }
            transpose<T>({d_query_.get(), BLOCK<T>}, task_.width, block.count,
                         {task_.d_query + block.start * task_.width, task_.width}, T(1));
        }
    }

  private:
    int piece_of(Index key) const {
        return key < task_.key_start[1] ? 0 : key < task_.key_start[2] ? 1 : 2;
    }

    void begin(const Block<T>& block) {
        const Index width = task_.width, value_width = task_.value_width;
        const T* query = task_.query + block.start * width;
        const T* incoming = task_.incoming + block.start * value_width;
        if (block.count < BLOCK<T>) {
            clear(query_.get(), width * BLOCK<T>);
            clear(incoming_.get(), value_width * BLOCK<T>);
        }
        transpose<T>({query, width}, block.count, width, {query_.get(), BLOCK<T>},
                     static_cast<T>(task_.scale * LOG2_E));
        transpose<T>({incoming, value_width}, block.count, value_width,
                     {incoming_.get(), BLOCK<T>}, T(1));
        if (padded_ != width) pad_rows<T>({query, width}, block.count, {query_rows_.get(), padded_});
        if (padded_value_ != value_width)
            pad_rows<T>({incoming, value_width}, block.count,
                        {incoming_rows_.get(), padded_value_});
        clear(d_query_.get(), width * BLOCK<T>);
        for (Index i = 0; i < BLOCK<T>; ++i) summarize(block, i);
    }

    // Máximo, inverso da soma e g.o de uma consulta; 0 nas que só completam o bloco.
    void summarize(const Block<T>& block, Index i) {
        const bool real = i < block.count;
        const T* pair = task_.statistics + 2 * (block.start + i);
        T mean = 0;
        if (real) {
            const T* incoming = task_.incoming + (block.start + i) * task_.value_width;
            const T* context = task_.context + (block.start + i) * task_.value_width;
            mean = dot(incoming, context, task_.value_width);
        }
        const Index v = i / WIDTH<T>, lane = i % WIDTH<T>;
        peak_[v][lane] = real ? pair[0] : 0;
        inverse_[v][lane] = real ? pair[1] : 0;
        mean_[v][lane] = mean;
    }

    static T dot(const T* a, const T* b, Index count) {
        Vector<T> sums{};
        Index i = 0;
        for (; i + WIDTH<T> <= count; i += WIDTH<T>) sums += load(a + i) * load(b + i);
        T total = 0;
        for (int lane = 0; lane < WIDTH<T>; ++lane) total += sums[lane];
        for (; i < count; ++i) total += a[i] * b[i];
        return total;
    }

    void attend(const Block<T>& block, const Tile<T>& tile) {
        const Index offset = tile.offset();
        const Matrix<const T> key{task_.key + tile.start * task_.width, task_.width};
        product<T, true>(key, {query_.get() + offset, BLOCK<T>},
                         {weights_.get() + offset, BLOCK<T>}, tile.keys(), tile.vectors(),
                         task_.width, false);
        product<T, true>({task_.value + tile.start * task_.value_width, task_.value_width},
                         {incoming_.get() + offset, BLOCK<T>}, {inner_.get() + offset, BLOCK<T>},
                         tile.keys(), tile.vectors(), task_.value_width, false);
        for (Index v = tile.first_vector; v < tile.last_vector; ++v) differentiate(block, tile, v);
        product<T, false>(key, {inner_.get() + offset, BLOCK<T>},
                          {d_query_.get() + offset, BLOCK<T>}, task_.width, tile.vectors(),
                          tile.keys(), true);
    }

    // De escores a pesos, e de g V^T ao gradiente dos escores.
    void differentiate(const Block<T>& block, const Tile<T>& tile, Index v) {
        const T scale = static_cast<T>(task_.scale);
        const Index first = tile.start - block.start - v * WIDTH<T>;
        for (Index j = 0; j < tile.keys(); ++j) {
            T* weights = weights_.get() + j * BLOCK<T> + v * WIDTH<T>;
            T* inner = inner_.get() + j * BLOCK<T> + v * WIDTH<T>;
            Vector<T> weight = exp2_vector<T>(load(weights) - peak_[v]) * inverse_[v];
            Vector<T> slope = weight * (load(inner) - mean_[v]) * scale;
            if (!sight_.whole(task_, first + j)) {
                const auto seen = sight_.of(task_, first + j);
                weight = seen ? weight : Vector<T>{};
                slope = seen ? slope : Vector<T>{};  // o que se esconde pode ter estourado
            }
            store(weights, weight);
            store(inner, slope);
        }
    }

    // Soma nas chaves do ladrilho o que vem destas consultas: dV e dK.
    void add_keys(const Block<T>& block, const Tile<T>& tile, int piece) {
        const Index row = tile.start - task_.key_start[piece];
        const Index depth = smallest(tile.last_vector * WIDTH<T>, block.count) - tile.offset();
        const Index query = block.start + tile.offset();
        add_rows({weights_.get() + tile.offset(), BLOCK<T>},
                 rows_of(task_.incoming + query * task_.value_width, task_.value_width,
                         incoming_rows_.get() + tile.offset() * padded_value_, padded_value_),
                 {task_.d_value[piece] + row * task_.value_width, task_.value_width}, tile.keys(),
                 depth);
        add_rows({inner_.get() + tile.offset(), BLOCK<T>},
                 rows_of(task_.query + query * task_.width, task_.width,
                         query_rows_.get() + tile.offset() * padded_, padded_),
                 {task_.d_key[piece] + row * task_.width, task_.width}, tile.keys(), depth);
    }

    // As linhas como vieram, se a largura é de vetores inteiros; senão, as completadas com 0.
    static Matrix<const T> rows_of(const T* rows, Index width, const T* filled, Index padded) {
        return width == padded ? Matrix<const T>{rows, width} : Matrix<const T>{filled, padded};
    }

    void add_rows(Matrix<const T> left, Matrix<const T> right, Matrix<T> out, Index rows,
                  Index depth) {
        const Index vectors = right.row / WIDTH<T>;
        if (out.row == right.row) {
            product<T, true>(left, right, out, rows, vectors, depth, true);
            return;
        }
        const Matrix<T> stage{stage_.get(), right.row};
        product<T, true>(left, right, stage, rows, vectors, depth, false);
        for (Index j = 0; j < rows; ++j)
            for (Index d = 0; d < out.row; ++d)
                out.data[j * out.row + d] += stage.data[j * stage.row + d];
    }

    const Task<T>& task_;
    const Sight<T> sight_;
    const Index padded_, padded_value_;  // larguras em vetores inteiros
    const Scratch<T> query_, incoming_, d_query_, weights_, inner_;
    const Scratch<T> query_rows_, incoming_rows_, stage_;
    Vector<T> peak_[VECTORS], inverse_[VECTORS], mean_[VECTORS];
};

template <typename T> int forward(const Task<T>* task) {
    try {
        return Forward<T>(*task).run() ? 1 : 0;
    } catch (const std::bad_alloc&) {
        return -1;
    }
}

template <typename T> int backward(const Task<T>* task) {
    try {
        Backward<T>(*task).run();
        return 0;
    } catch (const std::bad_alloc&) {
        return -1;
    }
}

template <typename T> void exp2_all(const T* from, T* to, Index count) {
    for (Index i = 0; i + WIDTH<T> <= count; i += WIDTH<T>)
        store(to + i, exp2_vector<T>(load(from + i)));
}

}  // namespace

// O que o Python chama. Devolvem 0; a ida, 1 se viu nan ou infinito; -1 se faltou memória.
extern "C" {
int window_forward_float32(const void* task) { return forward((const Task<float>*)task); }
int window_forward_float64(const void* task) { return forward((const Task<double>*)task); }
int window_backward_float32(const void* task) { return backward((const Task<float>*)task); }
int window_backward_float64(const void* task) { return backward((const Task<double>*)task); }

// 2^x de cada número, para os testes; `count` múltiplo de window_lanes_*.
void window_exp2_float32(const float* x, float* y, std::int64_t count) { exp2_all(x, y, count); }
void window_exp2_float64(const double* x, double* y, std::int64_t count) { exp2_all(x, y, count); }

// Só as contas, para a medida: ao menos `count` somas-e-produtos.
float window_multiply_adds_float32(std::int64_t count) { return multiply_adds<float>(count); }
}
