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

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

typedef std::ptrdiff_t Index;

// Largura do vetor e linhas de saída por micronúcleo: as que enchem, sem transbordar, os
// registradores de cada família de processadores.
#if defined(__AVX512F__)
constexpr int BYTES = 64, ROWS = 8;
#elif defined(__AVX__)
constexpr int BYTES = 32, ROWS = 4;
#elif defined(__aarch64__)
constexpr int BYTES = 16, ROWS = 8;
#else
constexpr int BYTES = 16, ROWS = 4;
#endif
constexpr int VECTORS = 3;   // vetores de consultas por bloco
constexpr Index TILE = 64;   // chaves por ladrilho

template <typename T> struct Types;
template <> struct Types<float> {
    typedef float Vector __attribute__((vector_size(BYTES)));
    typedef std::int32_t Integers __attribute__((vector_size(BYTES)));
    typedef std::int32_t Integer;
    static constexpr int DEGREE = 7, MANTISSA = 23, BIAS = 127;
};
template <> struct Types<double> {
    typedef double Vector __attribute__((vector_size(BYTES)));
    typedef std::int64_t Integers __attribute__((vector_size(BYTES)));
    typedef std::int64_t Integer;
    static constexpr int DEGREE = 13, MANTISSA = 52, BIAS = 1023;
};
template <typename T> using Vector = typename Types<T>::Vector;
template <typename T> using Integers = typename Types<T>::Integers;
template <typename T> constexpr int WIDTH = BYTES / sizeof(T);
template <typename T> constexpr Index BLOCK = VECTORS * WIDTH<T>;  // consultas por bloco

template <typename T> inline Vector<T> load(const T* from) {
    Vector<T> vector;
    __builtin_memcpy(&vector, from, BYTES);
    return vector;
}

template <typename T> inline void store(T* to, Vector<T> vector) {
    __builtin_memcpy(to, &vector, BYTES);
}

template <typename T> inline Vector<T> spread(T number) { return number - Vector<T>{}; }

template <typename T> constexpr T INFINITE = static_cast<T>(__builtin_huge_val());

// ---------------------------------------------------------------------------------------------
// 2^x, casa a casa. x = inteiro + resto, |resto| <= 1/2: o inteiro vai para o expoente do número,
// e 2^resto sai da série de potências. Vale para x < BIAS (aqui, só entram x <= 0); abaixo do
// menor número normal, dá 0; nan dá nan.

template <typename T> struct Series {
    T terms[Types<T>::DEGREE + 1];
    constexpr Series() : terms() {
        double term = 1.0;  // ln(2)^k / k!
        for (int k = 0; k <= Types<T>::DEGREE; ++k) {
            terms[k] = static_cast<T>(term);
            term *= 0.693147180559945309417232121458 / (k + 1);
        }
    }
};

template <typename T> inline Vector<T> exp2_vector(Vector<T> x) {
    typedef Types<T> P;
    constexpr Series<T> series;
    constexpr typename P::Integer one = 1;
    // Somar 1,5 * 2^mantissa arredonda para inteiro e o deixa nos últimos bits.
    constexpr T magic = static_cast<T>(3 * (one << (P::MANTISSA - 1)));
    constexpr T lowest = 1 - P::BIAS;
    const auto tiny = x < lowest;
    x = tiny ? spread<T>(lowest) : x;
    const Vector<T> shifted = x + magic;
    const Vector<T> rest = x - (shifted - magic);
    Vector<T> power = spread<T>(series.terms[P::DEGREE]);
    for (int k = P::DEGREE - 1; k >= 0; --k) power = power * rest + series.terms[k];
    // A parcela mágica só ocupa os bits que o deslocamento joga fora; sobra o inteiro.
    const Integers<T> exponent = (Integers<T>)shifted << P::MANTISSA;
    const Vector<T> result = (Vector<T>)((Integers<T>)power + exponent);
    // Um nan pode perder-se na soma inteira: devolve-se o próprio.
    const Vector<T> safe = x == x ? result : x;
    return tiny ? spread<T>(0) : safe;
}

// ---------------------------------------------------------------------------------------------
// Produtos. Um micronúcleo mantém R x V vetores da saída nos registradores e soma, passo a passo,
// um número da esquerda vezes um vetor da direita. ACROSS: a esquerda guarda a saída em linhas
// (left[linha][passo]); senão, em colunas (left[passo][linha]).

template <typename T, bool ACROSS, int R, int V>
void micro(const T* left, Index left_row, const T* right, Index right_row, T* out, Index out_row,
           Index depth, bool add) {
    constexpr int W = WIDTH<T>;
    Vector<T> sums[R][V];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < V; ++v)
            sums[r][v] = add ? load(out + r * out_row + v * W) : Vector<T>{};
    for (Index k = 0; k < depth; ++k) {
        Vector<T> vectors[V];
#pragma GCC unroll 3
        for (int v = 0; v < V; ++v) vectors[v] = load(right + k * right_row + v * W);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            const T number = ACROSS ? left[r * left_row + k] : left[k * left_row + r];
#pragma GCC unroll 3
            for (int v = 0; v < V; ++v) sums[r][v] += spread(number) * vectors[v];
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int v = 0; v < V; ++v) store(out + r * out_row + v * W, sums[r][v]);
}

template <typename T> struct Matrix {
    T* data;
    Index row;  // números de uma linha à seguinte
};

// As linhas que sobram dos grupos inteiros vão em grupos de metade, e de metade da metade.
template <typename T, bool ACROSS, int R, int V>
void rows_from(Matrix<const T> left, Matrix<const T> right, Matrix<T> out, Index start, Index rows,
               Index depth, bool add) {
    for (; start + R <= rows; start += R)
        micro<T, ACROSS, R, V>(left.data + start * (ACROSS ? left.row : 1), left.row, right.data,
                               right.row, out.data + start * out.row, out.row, depth, add);
    if constexpr (R > 1) rows_from<T, ACROSS, R / 2, V>(left, right, out, start, rows, depth, add);
}

// out[rows][vectors * W] = (add ? out : 0) + left . right, com `depth` parcelas.
template <typename T, bool ACROSS>
void product(Matrix<const T> left, Matrix<const T> right, Matrix<T> out, Index rows, Index vectors,
             Index depth, bool add) {
    while (vectors > 0) {
        // Quatro vetores vão em dois e dois: três e um deixaria o último à espera da memória.
        const Index taken = vectors == 4 || vectors == 2 ? 2 : vectors == 1 ? 1 : 3;
        if (taken == 3) rows_from<T, ACROSS, ROWS, 3>(left, right, out, 0, rows, depth, add);
        if (taken == 2) rows_from<T, ACROSS, ROWS, 2>(left, right, out, 0, rows, depth, add);
        if (taken == 1) rows_from<T, ACROSS, ROWS, 1>(left, right, out, 0, rows, depth, add);
        vectors -= taken;
        right.data += taken * WIDTH<T>;
        out.data += taken * WIDTH<T>;
    }
}

// ---------------------------------------------------------------------------------------------
// Troca de linhas por colunas.

// Intercala duas metades: (a0 b0 a1 b1 ...), da primeira (HALF = 0) ou da segunda metade de a e b.
template <typename T, int HALF, int... I>
inline Vector<T> interleave(Vector<T> a, Vector<T> b, std::integer_sequence<int, I...>) {
    constexpr int W = WIDTH<T>;
#if defined(__clang__)
    return __builtin_shufflevector(a, b, (HALF * W / 2 + I / 2 + (I % 2) * W)...);
#else
    return __builtin_shuffle(a, b, Integers<T>{(HALF * W / 2 + I / 2 + (I % 2) * W)...});
#endif
}

// Um quadrado W x W. Intercalar a primeira metade das linhas com a segunda, log2(W) vezes, é
// trocar linhas por colunas.
template <typename T>
inline void transpose_square(const T* from, Index from_row, T* to, Index to_row, T factor) {
    constexpr int W = WIDTH<T>;
    constexpr std::make_integer_sequence<int, W> all{};
    Vector<T> lines[W], mixed[W];
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) lines[i] = load(from + i * from_row) * factor;
#pragma GCC unroll 4
    for (int step = 1; step < W; step *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < W / 2; ++i) {
            mixed[2 * i] = interleave<T, 0>(lines[i], lines[i + W / 2], all);
            mixed[2 * i + 1] = interleave<T, 1>(lines[i], lines[i + W / 2], all);
        }
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i) lines[i] = mixed[i];
    }
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) store(to + i * to_row, lines[i]);
}

// to[j][i] = factor * from[i][j]: quadrados inteiros depressa, e o que sobra número a número.
template <typename T>
void transpose(Matrix<const T> from, Index rows, Index columns, Matrix<T> to, T factor) {
    constexpr int W = WIDTH<T>;
    const Index whole_rows = rows / W * W, whole_columns = columns / W * W;
    for (Index i = 0; i < whole_rows; i += W)
        for (Index j = 0; j < whole_columns; j += W)
            transpose_square(from.data + i * from.row + j, from.row, to.data + j * to.row + i,
                             to.row, factor);
    for (Index i = 0; i < rows; ++i)
        for (Index j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
            to.data[j * to.row + i] = factor * from.data[i * from.row + j];
}

// Copia para linhas de `to.row` números, completadas com 0.
template <typename T> void pad_rows(Matrix<const T> from, Index rows, Matrix<T> to) {
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < to.row; ++j)
            to.data[i * to.row + j] = j < from.row ? from.data[i * from.row + j] : 0;
}

// ---------------------------------------------------------------------------------------------
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
    Vector<T> sums{};
    Index i = 0;
    for (; i + WIDTH<T> <= count; i += WIDTH<T>) sums += load(numbers + i) * T(0);
    T total = 0;
    for (int lane = 0; lane < WIDTH<T>; ++lane) total += sums[lane];
    for (; i < count; ++i) total += numbers[i] * T(0);
    return !(total == 0);
}

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
        Vector<T> peak = peak_[v];
        for (Index j = 0; j < tile.keys(); ++j) {
            Vector<T> score = load(column + j * BLOCK<T>);
            if (!sight_.whole(task_, first + j)) {
                score = sight_.of(task_, first + j) ? score : spread<T>(-INFINITE<T>);
                store(column + j * BLOCK<T>, score);
            }
            peak = score > peak ? score : peak;
        }
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
            if (!sight_.whole(task_, first + j))
                weight = sight_.of(task_, first + j) ? weight : Vector<T>{};
            store(weights, weight);
            store(inner, weight * (load(inner) - mean_[v]) * scale);
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
}
