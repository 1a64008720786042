#define TILE 8

__global__
void matmul(int k, int n,
            const float *a,
            const float *b,
            float *c)
{
    __shared__ float tile_a[TILE][TILE];
    __shared__ float tile_b[TILE][TILE];
    int r = threadIdx.y, q = threadIdx.x;
    int row = blockIdx.y * TILE + r;
    int col = blockIdx.x * TILE + q;
    float sum = 0.0f;
    for (int t = 0; t < k; t += TILE) {
        tile_a[r][q] = a[row * k + t + q];
        tile_b[r][q] = b[(t + r) * n + col];
        __syncthreads();
        for (int j = 0; j < TILE; j++)
            sum += tile_a[r][j] * tile_b[j][q];
        __syncthreads();
    }
    c[row * n + col] = sum;
}
