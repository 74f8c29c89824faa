// O que o núcleo da janela faz com vetores do processador: 2^x, produtos, troca de linhas por
// colunas. Só o GCC e o Clang: os vetores são extensões deles, e servem a qualquer processador.

#pragma once

#include <cstddef>
#include <cstdint>
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

// As contas de `count` passos de um número, sem ler nem guardar nada: o ritmo máximo deste
// processador, o piso de quem mede. Dá a soma do que ficou: cada número tende a 1.
template <typename T> T multiply_adds(std::int64_t count) {
    constexpr int SUMS = ROWS * VECTORS;
    const Vector<T> half = spread(T(0.5));
    Vector<T> sums[SUMS];
#pragma GCC unroll 24
    for (int i = 0; i < SUMS; ++i) sums[i] = spread(T(i));  // diferentes: não se juntam numa só
    for (; count > 0; count -= SUMS * WIDTH<T>)
#pragma GCC unroll 24
        for (int i = 0; i < SUMS; ++i) sums[i] = sums[i] * half + half;
    T total = 0;
    for (const Vector<T>& sum : sums)
        for (int lane = 0; lane < WIDTH<T>; ++lane) total += sum[lane];
    return total;
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

}  // namespace
